"""A trace as a picture: what was decided and what came of it, one panel a figure, over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from evaluators.timeline import DECISION, Cell, Row, is_mark
from evolve.figures.progress import NothingToDraw
from evolve.figures.style import COLOURS, DASHES, FAINT, legend_columns, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST: Final = 6
"""Panels, those of the decision included."""
_MOST_WORDS: Final = 8
"""Different decisions that an axis can name."""
_CLOCKS: Final = ("time_h", "time_s", "step", "position")
"""Columns to draw over, the first that there is."""
_APART: Final = 0.08
"""By so much lines of words are shifted, that would hide each other."""


@dataclass(frozen=True, slots=True)
class Timelines:
    """One policy on an instance, or two.

    Attributes:
        where: The instance, in words.
        rows: By policy, as `evaluators.timeline` tells them.
        parting: Row at which the two first decide differently; None if they never do, or if it is one.
        columns: What is drawn, the decision first.
    """

    where: str
    rows: tuple[tuple[str, Sequence[Row]], ...]
    parting: int | None
    columns: tuple[str, ...]

    @staticmethod
    def of(where: str, rows: Sequence[tuple[str, Sequence[Row]]], parting: int | None) -> "Timelines":
        """Chooses what to draw: decisions that an axis can name, then figures that change.

        Raises:
            NothingToDraw: There is no such column.
        """
        every = [row for _, told in rows for row in told]
        names = list(dict.fromkeys(key for row in every for key in row))
        decided = [key for key in names if key.startswith(DECISION) and _is_nameable(_values(every, key))]
        place = max((i for i, key in enumerate(names) if key.startswith(DECISION)), default=-1)
        # What the problem adds stands behind the decision, and tells more than what a policy sees.
        added, seen = names[place + 1 :], names[: max(place, 0)]
        figures = _figures(every, added) or _figures(every, seen)
        figures = [key for key in figures if _tells_apart(rows, key)] or figures
        if not decided and not figures:
            raise NothingToDraw("no column of these rows can be drawn; take them with --out FILE.csv")
        return Timelines(where, tuple(rows), parting, tuple([*decided, *figures][:MOST]))

    @property
    def caption(self) -> Sequence[str]:
        """Sentences on what is shown and how it came about."""
        names = " and ".join(name for name, _ in self.rows)
        found = [f"What {names} decided on {self.where}, and what came of it, over {self.clock}."]
        if self.parting is not None:
            found.append("Dashed upright: where they first decide differently.")
        return found

    @property
    def numbers(self) -> Mapping[str, Any]:
        """All that is plotted, as plain data."""
        policies = [
            {"name": name, **{key: [row.get(key) for row in told] for key in (self.clock, *self.columns)}}
            for name, told in self.rows
        ]
        return {"where": self.where, "policies": policies, "first_difference": self.parting}

    def height_in(self, width_in: float) -> float:
        """Its height in inches at a width."""
        names = [name for name, _ in self.rows]
        return 0.45 + 0.95 * len(self.columns) + 0.14 * -(-len(names) // legend_columns(names, width_in))

    def draw(self, figure: "Figure") -> None:
        """Draws it on an empty figure."""
        found = panels(figure, self.columns)
        for axes, key in zip(found, self.columns, strict=True):
            self._fill(axes, key)
            if axes is not found[-1]:
                axes.tick_params(labelbottom=False)
        found[-1].set_xlabel(self.clock)
        handles, labels = found[0].get_legend_handles_labels()
        columns = legend_columns(labels, figure.get_figwidth())
        figure.legend(handles, labels, loc="outside upper left", ncols=columns)

    def _fill(self, axes: "Axes", key: str) -> None:
        every = [row for _, told in self.rows for row in told]
        is_decision = key.startswith(DECISION)
        words = sorted({str(row[key]) for row in every if key in row}) if is_decision else []
        for i, (name, told) in enumerate(self.rows):
            shown = [row for row in told if key in row]
            xs = [row[self.clock] for row in shown]
            ys = [words.index(str(row[key])) + _APART * i if words else row[key] for row in shown]
            axes.step(xs, ys, where="post", label=name, color=COLOURS[i], linestyle=DASHES[i], linewidth=0.9)
        if words:
            axes.set_yticks(range(len(words)), words)
        if len(self.columns) == 1:
            axes.set_title(key, loc="left")
        axes.grid(visible=True, axis="y")
        if self.parting is not None:
            at = next(told[self.parting][self.clock] for _, told in self.rows if len(told) > self.parting)
            axes.axvline(float(at), color=FAINT, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)

    @property
    def clock(self) -> str:
        """The column to draw over: of a decision that broke a rule, nothing but its number is known."""
        every = [row for _, told in self.rows for row in told]
        return next(key for key in _CLOCKS if all(key in row for row in every))


def _values(rows: Sequence[Row], key: str) -> list[Cell]:
    return [row[key] for row in rows if key in row]


def _figures(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    return [key for key in names if key not in _CLOCKS and _is_figure(_values(rows, key))]


def _tells_apart(rows: Sequence[tuple[str, Sequence[Row]]], key: str) -> bool:
    """Whether a column is worth a panel: what is the same for both policies is not theirs."""
    columns = [_values(told, key) for _, told in rows]
    return len(columns) == 1 or columns[0] != columns[1]


def _is_nameable(values: Sequence[Cell]) -> bool:
    words = {str(value) for value in values}
    return 0 < len(words) <= _MOST_WORDS and not any(map(is_mark, words))


def _is_figure(values: Sequence[Cell]) -> bool:
    """Whether values are numbers that are not all the same."""
    return len(set(values)) > 1 and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
