"""How far from the bound policies end on each instance: the champion and the seeds of its search."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from evaluators.values import Evaluation
from evolve.figures.progress import NothingToDraw
from evolve.figures.style import (
    CHAMPION,
    COLOURS,
    DASHES,
    LABEL_POINTS,
    MARKERS,
    beside,
    fitted,
    legend_columns,
    panels,
)
from evolve.figures.traced import Traced
from problems.base import Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST: Final = 4
"""More panels would be taller than a page."""
_OTHERS: Final = tuple(i for i, colour in enumerate(COLOURS) if colour != CHAMPION)
_MARKS: Final = 6
"""Markers a line."""
_PANEL_IN: Final = 1.75


@dataclass(frozen=True, slots=True)
class Gaps:
    """One policy's gaps to the bound on the instances of a split, the smallest first."""

    policy: str
    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """One minus the policy's score."""
        return sum(self.values) / len(self.values)


@dataclass(frozen=True, slots=True)
class Panel:
    """One run's policies, the champion first."""

    run: str
    policies: tuple[Gaps, ...]


@dataclass(frozen=True, slots=True)
class GapFigure:
    """The figure, a panel a run."""

    split: Split
    panels: tuple[Panel, ...]

    @staticmethod
    def of(runs: Sequence[Traced], split: Split) -> "GapFigure":
        """Takes what the logs have of champions and seeds.

        Raises:
            NothingToDraw: A run has no champion, or there are too many.
        """
        if len(runs) > MOST:
            raise NothingToDraw(f"expected at most {MOST} runs, a panel each, but got {len(runs)}")
        return GapFigure(split, tuple(_panel(run, split) for run in runs))

    @property
    def caption(self) -> Sequence[str]:
        """Sentences on what is shown and how it came about."""
        n = len(self.panels[0].policies[0].values)
        found = [
            f"Share of the {n} instances of {self.split} on which the gap to the bound is at most so large.",
            "The gap is 1 minus the score; a line further up and to the left is better.",
            "Beside the champion: the policies that the search began with, where all was measured.",
        ]
        for panel in self.panels:
            means = ", ".join(f"{gaps.policy} {gaps.mean:.4f}" for gaps in panel.policies)
            found.append(f"Mean gaps of {panel.run}: {means}.")
        return found

    @property
    def numbers(self) -> Mapping[str, Any]:
        """All that is plotted, as plain data."""
        told = [
            {
                "run": panel.run,
                "policies": [{"name": gaps.policy, "gaps": gaps.values} for gaps in panel.policies],
            }
            for panel in self.panels
        ]
        return {"split": str(self.split), "panels": told}

    def height_in(self, width_in: float) -> float:
        """Its height in inches at a width."""
        labels = [fitted(gaps.policy, width_in) for gaps in self.panels[0].policies]
        lines = -(-len(labels) // legend_columns(labels, width_in))
        rows = -(-len(self.panels) // beside(len(self.panels), width_in))
        return 0.35 + _PANEL_IN * rows + 0.14 * lines

    def draw(self, figure: "Figure") -> None:
        """Draws it on an empty figure."""
        width_in = figure.get_figwidth()
        columns = beside(len(self.panels), width_in)
        drawn = panels(figure, [panel.run for panel in self.panels], columns=columns)
        widest = max(gaps.values[-1] for panel in self.panels for gaps in panel.policies)
        for i, (axes, panel) in enumerate(zip(drawn, self.panels, strict=True)):
            _draw(axes, panel)
            axes.set_xlim(0.0, max(widest, 1e-9) * 1.02)
            if i % columns == 0:
                axes.set_ylabel("share of instances")
        figure.supxlabel(f"gap to the bound on {self.split} (lower is better)", fontsize=LABEL_POINTS)
        handles, names = drawn[0].get_legend_handles_labels()
        labels = [fitted(name, width_in) for name in names]
        figure.legend(handles, labels, loc="outside upper left", ncols=legend_columns(labels, width_in))


def _panel(run: Traced, split: Split) -> Panel:
    champion = run.state.champion
    if champion is None:
        raise NothingToDraw(f"run {run.name!r} has no champion, so there is no gap to draw")
    best = champion.validation if split is Split.VALIDATION else champion.search
    return Panel(run.name, (_gaps("champion", best), *_seeds(run, split)))


def _seeds(run: Traced, split: Split) -> Iterator[Gaps]:
    """Yields the seeds that were measured on all of the split, in their order."""
    for name, evaluations in run.seeds.items():
        found = evaluations.get(split)
        if found is not None and found.complete:
            yield _gaps(name, found)


def _gaps(policy: str, evaluation: Evaluation) -> Gaps:
    return Gaps(policy, tuple(sorted(max(0.0, 1.0 - m.score) for m in evaluation.measurements)))


def _draw(axes: "Axes", panel: Panel) -> None:
    for i, gaps in enumerate(panel.policies):
        n = len(gaps.values)
        look = 1 if i == 0 else _OTHERS[(i - 1) % len(_OTHERS)]
        axes.step(
            (0.0, *gaps.values), [j / n for j in range(n + 1)], where="post", label=gaps.policy,
            color=COLOURS[look], linestyle="-" if i == 0 else DASHES[1 + (i - 1) % (len(DASHES) - 1)],
            linewidth=1.6 if i == 0 else 1.1, marker=MARKERS[look], markevery=(i + 1, max(1, n // _MARKS)),
            markeredgecolor="white", markeredgewidth=0.4, zorder=4 if i == 0 else 3,
        )  # fmt: skip
    axes.set_ylim(0.0, 1.02)
    axes.grid(visible=True)
