"""Champion and baselines as a run's end compared them: scores, and the intervals of the champion's lead."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from evolve.figures.progress import NothingToDraw
from evolve.figures.style import CHAMPION, COLOURS, FAINT, INK, fitted, panels
from evolve.figures.traced import Traced
from evolve.runs.comparison import Standing
from problems.base import Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST: Final = 6
"""More panels would be taller than a page."""
_ROW_IN: Final = 0.2
_HEAD_IN: Final = 0.22
_FOOT_IN: Final = 0.5
_NAMES_IN: Final = 1.9
"""Room for a policy's name."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One run's policies, best first; the champion is the one without a lead."""

    run: str
    rows: tuple[Standing, ...]

    @property
    def champion(self) -> float:
        """The champion's score."""
        return next(row.score for row in self.rows if row.lead is None)


@dataclass(frozen=True, slots=True)
class Scores:
    """The figure, a panel a run."""

    split: Split
    panels: tuple[Panel, ...]

    @staticmethod
    def of(runs: Sequence[Traced], split: Split) -> "Scores":
        """Takes the standings that runs ended with; nothing is computed anew.

        Raises:
            NothingToDraw: A run compared nothing on the split, or there are too many.
        """
        if len(runs) > MOST:
            raise NothingToDraw(
                f"expected at most {MOST} runs, a panel each, but got {len(runs)}; name fewer"
            )
        found = []
        for run in runs:
            rows = tuple(row for row in run.outline.standings if row.split is split)
            if not rows:
                raise NothingToDraw(_nothing(run, split))
            found.append(Panel(run.name, rows))
        return Scores(split, tuple(found))

    @property
    def caption(self) -> Sequence[str]:
        """Sentences on what is shown and how it came about."""
        leads = [row.lead for panel in self.panels for row in panel.rows if row.lead is not None]
        blocks = " or ".join(str(n) for n in sorted({lead.blocks for lead in leads}))
        found = [f"Mean strict scores on {self.split}, higher is better; 1 is the bound. Star: the champion."]
        if any(lead.low is not None for lead in leads):
            found.append(
                "Bars: the champion's score minus the 95 % interval of its lead, by paired bootstrap over "
                f"{blocks} blocks, not corrected for the choice of the champion on validation; a bar that "
                "stays clear of the dashed line is a sure difference."
            )
        if any(row.faults for panel in self.panels for row in panel.rows):
            found.append("Pale: policies that failed on some instances, which score 0 there.")
        if any(lead.low is None for lead in leads):
            found.append(f"Hollow: no interval is claimed with {blocks} blocks.")
        return found

    @property
    def numbers(self) -> Mapping[str, Any]:
        """All that is plotted, as plain data."""
        told = [
            {
                "run": panel.run,
                "policies": [
                    {
                        "name": row.name,
                        "champion": row.lead is None,
                        "score": row.score,
                        "lead": None if row.lead is None else asdict(row.lead),
                    }
                    for row in panel.rows
                ],
            }
            for panel in self.panels
        ]
        return {"split": str(self.split), "panels": told, "bound": 1.0}

    def height_in(self, width_in: float) -> float:
        """Its height in inches at a width."""
        head = _HEAD_IN if len(self.panels) > 1 else 0.0
        return sum(_FOOT_IN + head + _ROW_IN * len(panel.rows) for panel in self.panels)

    def draw(self, figure: "Figure") -> None:
        """Draws it on an empty figure."""
        left = min(_reach(panel)[0] for panel in self.panels)
        heights = [_FOOT_IN + _ROW_IN * len(panel.rows) for panel in self.panels]
        titled = zip(panels(figure, [p.run for p in self.panels], heights=heights), self.panels, strict=True)
        for axes, panel in titled:
            _draw(axes, panel)
            span = 1.0 - left
            axes.set_xlim(left - 0.04 * span, 1.0 + 0.04 * span)
        axes.set_xlabel(f"score on {self.split} (higher is better, 1 is the bound)")


def _nothing(run: Traced, split: Split) -> str:
    if run.outline.standings:
        there = ", ".join(dict.fromkeys(row.split for row in run.outline.standings))
        return f"run {run.name!r} compared nothing on {split}; choose a split where it did: {there}"
    return (
        f"run {run.name!r} compared nothing; a run compares its champion with the baselines when it ends, so "
        f"let it end: adrs resume {run.name}"
    )


def _reach(panel: Panel) -> tuple[float, float]:
    found = [row.score for row in panel.rows]
    for row in panel.rows:
        if row.lead is not None and row.lead.low is not None and row.lead.high is not None:
            found += [panel.champion - row.lead.high, panel.champion - row.lead.low]
    return min(found), max(found)


def _draw(axes: "Axes", panel: Panel) -> None:
    axes.axvline(1.0, color=INK, linewidth=0.9)
    axes.axvline(panel.champion, color=CHAMPION, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
    for y, row in enumerate(panel.rows):
        lead = row.lead
        if lead is None:
            axes.plot(row.score, y, marker="*", markersize=7, color=CHAMPION, linestyle="none", zorder=4)
            continue
        sure = lead.low is not None and lead.high is not None
        if lead.low is not None and lead.high is not None:
            ends = (panel.champion - lead.high, panel.champion - lead.low)
            axes.plot(ends, (y, y), color=COLOURS[0], linewidth=1.4, solid_capstyle="butt", zorder=2)
            axes.plot(ends, (y, y), color=COLOURS[0], marker="|", markersize=4.5, linestyle="none", zorder=2)
        axes.plot(
            row.score, y, marker="o", linestyle="none", color=COLOURS[0], zorder=3,
            markerfacecolor=COLOURS[0] if sure else "white",
        )  # fmt: skip
    axes.set_yticks(range(len(panel.rows)), [fitted(row.name, _NAMES_IN) for row in panel.rows])
    axes.set_ylim(len(panel.rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")
    for y, row in enumerate(panel.rows):
        axes.annotate(
            f"{row.score:.4f}", (1.0, y), xycoords=("axes fraction", "data"), xytext=(3, 0),
            textcoords="offset points", va="center_baseline", ha="left", fontsize=7,
            color=CHAMPION if row.lead is None else FAINT if row.faults else INK,
        )  # fmt: skip
