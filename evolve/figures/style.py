"""How every figure looks, and its bytes: the same for the same numbers, whenever and by whom it is drawn."""

import io
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMN_IN: Final = 3.33
"""Width of a column of a two-column paper."""
PAGE_IN: Final = 7.0
"""Width of both columns."""
LABEL_POINTS: Final = 7.5
SUFFIXES: Final = (".pdf", ".svg", ".png")

# Wong 2011, https://doi.org/10.1038/nmeth.1618: told apart by nearly everybody; in grey, markers are.
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X")
DASHES: Final = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)), (0, (8, 2)), (0, (3, 1)), (0, (2, 2)))
INK: Final = "#333333"
FAINT: Final = "#8c8c8c"
CHAMPION: Final = COLOURS[1]

_RC: Final[Mapping[str, Any]] = {
    "font.size": LABEL_POINTS,
    "axes.labelsize": LABEL_POINTS,
    "axes.titlesize": LABEL_POINTS,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 2.4,
    "text.color": INK,
    "text.parse_math": False,  # names of runs are no formulas
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "axes.formatter.useoffset": False,  # a score is read off as it is
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.5,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "hatch.linewidth": 0.4,
    "pdf.fonttype": 42,  # text stays text
    "svg.fonttype": "none",
    "svg.hashsalt": "adrs",
}
_DOTS_PER_INCH: Final = 300
LETTER_IN: Final = 0.058
"""Width of a letter, about."""
_KEY_IN: Final = 0.5
"""Width of a legend's sample line."""


class Picture(Protocol):
    """What a figure shows, drawn or told."""

    @property
    def caption(self) -> Sequence[str]:
        """Sentences on what is shown and how it came about."""

    @property
    def numbers(self) -> Mapping[str, Any]:
        """All that is plotted, as plain data."""

    def height_in(self, width_in: float) -> float:
        """Its height in inches at a width."""

    def draw(self, figure: "Figure") -> None:
        """Draws it on an empty figure."""


def rendered(picture: Picture, suffix: str, *, wide: bool = False) -> tuple[bytes, Sequence[str]]:
    """Draws a picture into the bytes of a file.

    Returns:
        The bytes, and what was found wanting, such as a letter that the font lacks.
    """
    from matplotlib import style  # noqa: PLC0415 - an extra, and half a second
    from matplotlib.figure import Figure  # noqa: PLC0415

    width, written = PAGE_IN if wide else COLUMN_IN, io.BytesIO()
    with style.context(dict(_RC), after_reset=True), warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        figure = Figure(figsize=(width, picture.height_in(width)), layout="constrained")
        picture.draw(figure)
        figure.savefig(written, format=suffix[1:], dpi=_DOTS_PER_INCH, metadata=_metadata(suffix))
    return written.getvalue(), tuple(dict.fromkeys(str(doubt.message) for doubt in doubts))


def _metadata(suffix: str) -> dict[str, str | None]:
    """Names the maker, and leaves out the moment."""
    maker = f"adrs {version('adrs')}"
    if suffix == ".pdf":
        return {"Creator": maker, "CreationDate": None}
    return {"Creator": maker, "Date": None} if suffix == ".svg" else {"Software": maker}


def fitted(text: str, width_in: float) -> str:
    """A label that is no wider than the figure, or a panel of it: its middle left out if need be."""
    most = int((width_in - _KEY_IN) / LETTER_IN)
    if len(text) <= most:
        return text
    head = 2 * most // 3
    return f"{text[:head]}…{text[head + 1 - most :]}"


def legend_columns(labels: Sequence[str], width_in: float) -> int:
    """As many columns of a legend as there is room for; it is filled column by column."""
    for columns in range(min(4, len(labels)), 1, -1):
        rows = -(-len(labels) // columns)
        longest = [max(map(len, labels[i : i + rows])) for i in range(0, len(labels), rows)]
        if sum(_KEY_IN + LETTER_IN * n for n in longest) < width_in:
            return columns
    return 1


def beside(panels: int, width_in: float) -> int:
    """How many panels stand in a row: one in a column, up to three on a page."""
    return min(panels, 1 if width_in < PAGE_IN else 2 if panels in {2, 4} else 3)


def panels(
    figure: "Figure", titles: Sequence[str], *, columns: int = 1, heights: Sequence[float] | None = None
) -> list["Axes"]:
    """Makes a panel a title, row by row; a single one needs no title.

    Args:
        heights: Of the rows, in any unit; alike if nothing is said.
    """
    width_in = figure.get_figwidth() / columns
    grid = figure.add_gridspec(-(-len(titles) // columns), columns, height_ratios=heights)
    found = []
    for i, title in enumerate(titles):
        axes = figure.add_subplot(grid[divmod(i, columns)])
        if len(titles) > 1:
            axes.set_title(fitted(title, 0.7 * width_in), loc="left")  # the rest is tick labels
        found.append(axes)
    return found
