"""The behaviour half of the archive: one elite per cell, as in MAP-Elites."""

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence

from evaluators.values import Evaluation
from evolve.search.elite import Elite
from problems.base import Axis

Cell = tuple[int, ...]


class Grid:
    """Keeps the best elite of each behaviour cell (`Mouret 2015 <https://arxiv.org/abs/1504.04909>`_).

    Iterates by cell, not by age: what is drawn from a grid then depends on what it holds alone.
    """

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.axes = tuple(axes)
        self._elites: dict[Cell, Elite] = {}
        self._cells: list[Cell] = []

    def __len__(self) -> int:
        return len(self._cells)

    def __iter__(self) -> Iterator[Elite]:
        return (self._elites[cell] for cell in self._cells)

    def __getitem__(self, index: int) -> Elite:
        return self._elites[self._cells[index]]

    def cell(self, evaluation: Evaluation) -> Cell:
        """Finds where an evaluation belongs; a value on an edge belongs above it."""
        return tuple(bisect_right(axis.edges, evaluation.metric(axis.metric)) for axis in self.axes)

    def holder(self, cell: Cell) -> Elite | None:
        """Returns the elite of a cell, or None if it is empty."""
        return self._elites.get(cell)

    def offer(self, elite: Elite) -> bool:
        """Takes an elite if its cell is empty or held by a lower score; a tie keeps the older."""
        held = self._elites.get(elite.cell)
        if held is None:
            insort(self._cells, elite.cell)
        elif elite.score <= held.score:
            return False
        self._elites[elite.cell] = elite
        return True
