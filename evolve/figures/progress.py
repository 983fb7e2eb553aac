"""Best score so far, over evaluations or dollars: a line a run, or the median of runs of several seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from evolve.figures.medians import Band, Curve, band
from evolve.figures.pools import asked, encoded, labels, pooled, pooling
from evolve.figures.style import COLOURS, DASHES, FAINT, MARKERS, fitted, legend_columns
from evolve.figures.traced import Point, Traced
from evolve.runs.comparison import Standing
from problems.base import Split

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST: Final = len(COLOURS)
"""More lines could not be told apart in grey."""
OVER: Final = ("evaluations", "dollars")


class NothingToDraw(Exception):  # noqa: N818 - reads as what happened
    """The runs hold nothing of what the figure shows; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the figure: a run, or the pool of several."""

    label: str
    runs: tuple[Traced, ...]
    band: Band

    @property
    def pooling(self) -> str:
        """A sentence on what its median is of."""
        is_cut = len({run.state.evaluated for run in self.runs}) > 1
        return pooling(self.label, self.runs, is_cut=is_cut)


@dataclass(frozen=True, slots=True)
class Progress:
    """The figure."""

    split: Split
    over: str
    lines: tuple[Line, ...]
    reference: Standing | None
    one_code: bool
    """Whether all runs that were asked the same were made by the same code."""

    @staticmethod
    def of(runs: Sequence[Traced], split: Split, over: str) -> "Progress":
        """Pools runs and takes the best baseline from their end.

        Raises:
            NothingToDraw: A run has no score there, or spent no dollars, or there are too many lines.
        """
        pools = pooled(runs)
        if len(pools) > MOST:
            raise NothingToDraw(
                f"expected at most {MOST} lines, which can be told apart, but got {len(pools)}; only runs "
                "that differ by their seed alone, and were made by the same code, are one line"
            )
        named = zip(labels(pools), pools, strict=True)
        lines = [_line(label, pool, split, over) for label, pool in named]
        distinct = {encoded({**asked(pool[0]), "code": None}) for pool in pools}
        return Progress(split, over, tuple(lines), _reference(runs, split), len(distinct) == len(pools))

    @property
    def caption(self) -> Sequence[str]:
        """Sentences on what is shown and how it came about."""
        what = (
            "Score of the champion on validation"
            if self.split is Split.VALIDATION
            else "Best score of the archive on search, by which it was chosen,"
        )
        unit = "candidates evaluated" if self.over == "evaluations" else "dollars spent on models"
        found = [f"{what} so far, over {unit}; strict scores in [0, 1], higher is better, 1 is the bound."]
        found += [line.pooling for line in self.lines if len(line.runs) > 1]
        if not self.one_code:
            found.append("Runs that differ by their seed and by the code that made them are not pooled.")
        if self.reference is not None:
            found.append(f"Grey: the best baseline, {self.reference.name} ({self.reference.score:.4f}).")
        return found

    @property
    def numbers(self) -> Mapping[str, Any]:
        """All that is plotted, as plain data."""
        lines = [
            {
                "label": line.label,
                "runs": [run.name for run in line.runs],
                "seeds": [run.spec.seed for run in line.runs],
                "x": line.band.xs,
                "median": line.band.median,
                "low": line.band.low,
                "high": line.band.high,
            }
            for line in self.lines
        ]
        reference = self.reference
        told = None if reference is None else {"name": reference.name, "score": reference.score}
        return {"split": str(self.split), "over": self.over, "lines": lines, "best_baseline": told}

    def height_in(self, width_in: float) -> float:
        """Its height in inches at a width."""
        labels = self._legend(width_in)
        rows = -(-len(labels) // legend_columns(labels, width_in))
        return 1.95 + 0.14 * rows

    def draw(self, figure: "Figure") -> None:
        """Draws it on an empty figure."""
        axes, labels = figure.add_subplot(), self._legend(figure.get_figwidth())
        for i, line in enumerate(self.lines):
            found = line.band
            marked = [0, *(j for j in range(1, len(found.xs)) if found.median[j] > found.median[j - 1])]
            axes.step(
                found.xs, found.median, where="post", label=labels[i], color=COLOURS[i],
                linestyle=DASHES[i], marker=MARKERS[i], markevery=marked, markeredgecolor="white",
                markeredgewidth=0.4, zorder=3,
            )  # fmt: skip
            if len(line.runs) > 1:
                axes.fill_between(
                    found.xs, found.low, found.high, step="post", facecolor=(COLOURS[i], 0.16),
                    edgecolor=(COLOURS[i], 0.7), linewidth=0.5, linestyle=DASHES[i],
                )  # fmt: skip
        if self.reference is not None:
            axes.axhline(self.reference.score, color=FAINT, linewidth=0.9, zorder=1, label=labels[-1])
        axes.set_xlabel("candidates evaluated" if self.over == "evaluations" else "dollars spent on models")
        what = "champion's validation score" if self.split is Split.VALIDATION else "best search score"
        axes.set_ylabel(f"{what}\n(higher is better)")
        axes.set_xlim(0, max(line.band.xs[-1] for line in self.lines))
        axes.grid(visible=True, axis="y")
        figure.legend(loc="outside upper left", ncols=legend_columns(labels, figure.get_figwidth()))

    def _legend(self, width_in: float) -> list[str]:
        reference = [] if self.reference is None else [f"{self.reference.name} (best baseline)"]
        return [fitted(label, width_in) for label in (*(line.label for line in self.lines), *reference)]


def _line(label: str, pool: tuple[Traced, ...], split: Split, over: str) -> Line:
    found = band([_curve(run, split, over) for run in pool])
    if found is None:
        names = ", ".join(run.name for run in pool)
        raise NothingToDraw(f"the runs {names} have no stretch of {over} in common; draw them one by one")
    return Line(label, pool, found)


def _curve(run: Traced, split: Split, over: str) -> Curve:
    scored = [(_x(p, over), y) for p in run.points if (y := _y(p, split)) is not None]
    if not scored:
        what = "champion" if split is Split.VALIDATION else "elite"
        raise NothingToDraw(f"run {run.name!r} has no {what}, so there is no score to draw")
    if over == "dollars" and scored[-1][0] == 0.0:
        raise NothingToDraw(f"run {run.name!r} spent no dollars; draw it over evaluations")
    return Curve.rising(scored)


def _x(point: Point, over: str) -> float:
    return float(point.evaluated) if over == "evaluations" else point.usd


def _y(point: Point, split: Split) -> float | None:
    return point.validation if split is Split.VALIDATION else point.search


def _reference(runs: Sequence[Traced], split: Split) -> Standing | None:
    """Finds the best baseline on the split among the standings that the runs ended with."""
    rows = [
        row for run in runs for row in run.outline.standings if row.split is split and row.lead is not None
    ]
    return max(rows, key=lambda row: row.score, default=None)
