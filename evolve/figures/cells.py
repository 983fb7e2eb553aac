"""What an archive holds at the end: the best score of every cell of behaviour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evolve.figures.progress import NothingToDraw
from evolve.figures.style import INK, LETTER_IN, beside, panels
from evolve.figures.traced import Traced
from evolve.search.grid import Cell
from problems.base import Axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

_CELLS: Final = 0.72
"""Share of a panel's width that its cells take, about."""
_FRAME_IN: Final = 0.55
_UPRIGHT_IN: Final = 0.3
"""What edges take besides, that are written upright."""
_NARROWEST: Final = 0.01
"""Least span of scores from dark to light: equals are no contrast."""
_RULES: Final = "#d0d0d0"
MOST: Final = 4
"""More panels would be taller than a page."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One run's archive, seen along its first two axes.

    Attributes:
        axes: The two, or one where the problem has no other.
        beyond: Names of axes that are not shown; of cells that differ in them alone the best is.
        champion: The champion's cell; None without a champion.
    """

    run: str
    axes: tuple[Axis, ...]
    beyond: tuple[str, ...]
    cells: Mapping[Cell, float]
    champion: Cell | None

    @property
    def shape(self) -> tuple[int, int]:
        """Number of cells, down and across."""
        across, *down = (len(axis.edges) + 1 for axis in self.axes)
        return (down or [1])[0], across


@dataclass(frozen=True, slots=True)
class Cells:
    """The figure, a panel a run, all in the same shades."""

    panels: tuple[Panel, ...]

    @staticmethod
    def of(runs: Sequence[Traced]) -> "Cells":
        """Takes the archives of runs.

        Raises:
            NothingToDraw: An archive is empty, or there are too many runs.
        """
        if len(runs) > MOST:
            raise NothingToDraw(
                f"expected at most {MOST} runs, a panel each, but got {len(runs)}; name fewer"
            )
        return Cells(tuple(map(_panel, runs)))

    @property
    def caption(self) -> Sequence[str]:
        """Sentences on what is shown and how it came about."""
        first = self.panels[0]
        edges = "; ".join(f"{axis.metric} at {', '.join(map(_short, axis.edges))}" for axis in first.axes)
        found = [
            "Best score on search in each cell of the archive, higher is better; white cells are empty.",
            f"Cells are cut by the mean of a metric over search: {edges}. Star: the champion's cell.",
        ]
        if first.beyond:
            found.append(f"Of cells that differ in {', '.join(first.beyond)} alone, the best is shown.")
        return [*found, *(_filled(panel) for panel in self.panels)]

    @property
    def numbers(self) -> Mapping[str, Any]:
        """All that is plotted, as plain data."""
        told = [
            {
                "run": panel.run,
                "axes": [{"metric": axis.metric, "edges": axis.edges} for axis in panel.axes],
                "not_shown": panel.beyond,
                "cells": [{"cell": cell, "score": score} for cell, score in panel.cells.items()],
                "champion": panel.champion,
            }
            for panel in self.panels
        ]
        return {"panels": told}

    def height_in(self, width_in: float) -> float:
        """Its height in inches at a width."""
        columns = beside(len(self.panels), width_in)
        rows = -(-len(self.panels) // columns)
        return rows * _height(self.panels[0], width_in / columns)

    def draw(self, figure: "Figure") -> None:
        """Draws it on an empty figure."""
        from matplotlib.cm import ScalarMappable  # noqa: PLC0415 - an extra
        from matplotlib.colors import Normalize  # noqa: PLC0415

        scores = [score for panel in self.panels for score in panel.cells.values()]
        low, high = min(scores), max(scores)
        margin = max(0.0, (_NARROWEST - (high - low)) / 2)
        shades = ScalarMappable(Normalize(low - margin, high + margin), _shades())
        columns = beside(len(self.panels), figure.get_figwidth())
        drawn = panels(figure, [panel.run for panel in self.panels], columns=columns)
        for axes, panel in zip(drawn, self.panels, strict=True):
            _draw(axes, panel, shades, figure.get_figwidth() / columns)
        bar = figure.colorbar(shades, ax=drawn, aspect=30, pad=0.02)
        bar.set_label("best score on search\n(higher is better)")
        bar.outline.set_visible(False)


def _panel(run: Traced) -> Panel:
    grid, champion = run.state.archive.grid, run.state.champion
    if not len(grid):
        raise NothingToDraw(f"the archive of run {run.name!r} is empty: no candidate was fit for it")
    shown = len(grid.axes[:2])
    cells: dict[Cell, float] = {}
    for elite in grid:
        cell = elite.cell[:shown]
        cells[cell] = max(elite.score, cells.get(cell, 0.0))
    beyond = tuple(axis.metric for axis in grid.axes[shown:])
    where = None if champion is None else grid.cell(champion.search)[:shown]
    return Panel(run.name, grid.axes[:shown], beyond, dict(sorted(cells.items())), where)


def _shades() -> "ListedColormap":
    """From dark to light as the score rises, for every eye and in grey; never as light as an empty cell."""
    from matplotlib import colormaps  # noqa: PLC0415 - an extra
    from matplotlib.colors import ListedColormap  # noqa: PLC0415

    return ListedColormap(colormaps["cividis"](np.linspace(0.0, 0.9, 256)))


def _height(panel: Panel, width_in: float) -> float:
    """Height of a panel, whose cells are about as high as wide."""
    down, across = panel.shape
    cells = max(1.35, min(_CELLS * width_in * down / across, _CELLS * width_in, 3.6))
    return cells + _FRAME_IN + (_UPRIGHT_IN if _is_crowded(panel, width_in) else 0.0)


def _is_crowded(panel: Panel, width_in: float) -> bool:
    """Whether the edges on the horizontal axis have no room side by side."""
    longest = max(len(_short(edge)) for edge in panel.axes[0].edges)
    return longest * LETTER_IN > _CELLS * width_in / panel.shape[1]


def _draw(axes: "Axes", panel: Panel, shades: "ScalarMappable", width_in: float) -> None:
    down, across = panel.shape
    for cell, score in panel.cells.items():
        x, y = (*cell, 0)[:2]
        (colour,) = shades.to_rgba(np.array([score]))
        axes.bar(x, 1, 1, y, align="edge", color=colour, linewidth=0)
    axes.vlines(range(across + 1), 0, down, color=_RULES, linewidth=0.5)
    axes.hlines(range(down + 1), 0, across, color=_RULES, linewidth=0.5)
    if panel.champion is not None:
        x, y = (*panel.champion, 0)[:2]
        axes.plot(
            x + 0.5,
            y + 0.5,
            marker="*",
            markersize=8,
            color="white",
            markeredgecolor=INK,
            markeredgewidth=0.6,
        )
    axes.set_xlim(0, across)
    axes.set_ylim(0, down)
    edges = [_short(edge) for edge in panel.axes[0].edges]
    axes.set_xticks(range(1, across), edges, rotation=90 if _is_crowded(panel, width_in) else 0)
    axes.set_xlabel(f"mean {_words(panel.axes[0].metric)}")
    if len(panel.axes) > 1:
        axes.set_yticks(range(1, down), [_short(edge) for edge in panel.axes[1].edges])
        axes.set_ylabel(f"mean {_words(panel.axes[1].metric)}")
    else:
        axes.set_yticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _words(metric: str) -> str:
    return metric.replace("_", " ")


def _short(edge: float) -> str:
    return f"{edge:g}"


def _filled(panel: Panel) -> str:
    down, across = panel.shape
    return f"{panel.run}: {len(panel.cells)} of {down * across} cells are filled."
