"""The archive along one or two of its axes, and who leads on which instances. No streamlit here."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from dashboard.data import RunLog
from problems.base import Axis

_PLACES: Final = ("1st", "2nd", "3rd")


@dataclass(frozen=True, slots=True)
class Cells:
    """An archive along the axes that were chosen; of cells that differ in others alone, the best counts.

    Attributes:
        axes: One or two, the first across.
        frame: A row a cell, empty ones too: its place `x` and `y`, counted from the lowest; `across` and `up`
            (what it holds, in words), `score` (best on SEARCH), `step` (whose that is), `candidates`
            (faultless ones that behaved so, kept or not) and `champion` (whether it behaves so). Score and
            step are missing where a cell is empty.
    """

    axes: tuple[Axis, ...]
    frame: pd.DataFrame

    @property
    def filled(self) -> int:
        """Number of cells that are held."""
        return int(self.frame["score"].notna().sum())


def cells(log: RunLog, chosen: Sequence[int]) -> Cells:
    """Lays the archive out along axes, by their number."""
    every = log.problem.axes
    axes = tuple(every[i] for i in chosen)
    names = [ranges(axis) for axis in axes] + ([[""]] if len(axes) == 1 else [])
    best: dict[tuple[int, ...], tuple[float, int | None]] = {}
    for elite in log.elites():
        cell = tuple(elite.cell[i] for i in chosen)
        if cell not in best or elite.score > best[cell][0]:
            best[cell] = elite.score, log.step_of(elite.candidate.id)
    counts = _counts(log, axes)
    home = _home(log, axes)
    rows = []
    for y, up in enumerate(names[1]):
        for x, across in enumerate(names[0]):
            cell = (x, y)[: len(axes)]
            score, step = best.get(cell, (None, None))
            rows.append((x, y, across, up, score, step, counts.get(cell, 0), cell == home))
    columns = ["x", "y", "across", "up", "score", "step", "candidates", "champion"]
    frame = pd.DataFrame(rows, columns=columns).astype({"score": float, "step": float})
    return Cells(axes, frame)


def ranges(axis: Axis) -> list[str]:
    """Says in words what each cell of an axis holds; an edge belongs to the cell above it."""
    edges = [f"{edge:g}" for edge in axis.edges]
    if not edges:
        return ["any"]
    return [f"< {edges[0]}", *(f"{low} to {high}" for low, high in pairwise(edges)), f"≥ {edges[-1]}"]


def words(metric: str) -> str:
    """A metric's name as people say it."""
    return metric.replace("_", " ")


def sound(frame: pd.DataFrame) -> pd.DataFrame:
    """The candidates of a run whose figures can be believed: measured whole, faultless, within the bound."""
    if frame.empty:
        return frame
    faultless = frame["is_kept"] | (frame["faults"].str.len() == 0)
    return frame[frame["search"].notna() & faultless & ~frame["is_quarantined"]]


def _counts(log: RunLog, axes: Sequence[Axis]) -> dict[tuple[int, ...], int]:
    frame = sound(log.frame())
    if frame.empty:
        return {}
    missing = pd.Series(0.0, index=frame.index)  # a metric that no instance has counts as 0 in the archive
    places = [
        np.searchsorted(axis.edges, frame.get(f"metric {axis.metric}", missing).fillna(0.0), side="right")
        for axis in axes
    ]
    found, counts = np.unique(np.stack(places), axis=1, return_counts=True)
    return {tuple(map(int, cell)): int(n) for cell, n in zip(found.T, counts, strict=True)}


def _home(log: RunLog, axes: Sequence[Axis]) -> tuple[int, ...] | None:
    champion = log.state.champion
    if champion is None:
        return None
    return tuple(int(np.searchsorted(a.edges, champion.search.metric(a.metric), side="right")) for a in axes)


@dataclass(frozen=True, slots=True)
class Leading:
    """Who is best on one group of instances.

    Attributes:
        leaders: Steps and mean scores on the group, best first.
        champion: The champion's score there; None before there is one.
    """

    group: str
    leaders: tuple[tuple[int, float], ...]
    champion: float | None

    @property
    def behind(self) -> float | None:
        """How far the champion is from the best there."""
        return None if self.champion is None else max(0.0, self.leaders[0][1] - self.champion)


def leading(log: RunLog) -> list[Leading]:
    """Lists the groups of SEARCH, where the champion is furthest behind first."""
    champion = log.state.champion
    own = {} if champion is None else champion.search.measurements.by_group()
    found = [Leading(group, tuple(leaders), own.get(group)) for group, leaders in log.leaders() if leaders]
    return sorted(found, key=lambda row: -(row.behind or 0.0))


def leaders_table(found: Sequence[Leading]) -> pd.DataFrame:
    """A row a group: `instances`, `champion`, `behind`, then step and score by place: `1st step`, ..."""
    rows = []
    for row in found:
        told: dict[str, object] = {"instances": row.group, "champion": row.champion, "behind": row.behind}
        for place, (step, score) in zip(_PLACES, row.leaders, strict=False):
            told |= {f"{place} step": step, f"{place} score": score}
        rows.append(told)
    frame = pd.DataFrame(rows)
    return frame.astype({name: "Int64" for name in frame.columns if name.endswith(" step")})
