"""What a search remembers: the best of every behaviour, and the best on every group of instances."""

import enum
import hashlib
from collections.abc import Iterator, Sequence

import numpy as np

from evaluators.values import SCORE_SLACK, Evaluation
from evolve.search.candidate import Candidate
from evolve.search.elite import Elite
from evolve.search.grid import Grid
from evolve.search.leaders import Leaders
from problems.base import Axis, Split


class AddStatus(enum.IntEnum):
    """What an archive did with a candidate; true if it kept it."""

    NOT_ADDED = 0
    IMPROVED = 1
    """It took a cell from a lower score, or a place among a group's leaders."""
    NEW = 2
    """It opened a cell."""


class Archive:
    """Keeps one elite per behaviour cell and, per group, the best few complete candidates on that group.

    The cost of adding and drawing depends on cells and groups, never on how many candidates came before.
    """

    def __init__(self, axes: Sequence[Axis], leaders_per_group: int = 3) -> None:
        self.grid = Grid(axes)
        self.leaders = Leaders(leaders_per_group)
        self._kept: dict[str, Elite] = {}
        self._places: dict[str, int] = {}
        self._best: Elite | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Elite]:
        """Iterates over every elite once, oldest first."""
        return iter(tuple(self._kept.values()))

    @property
    def best(self) -> Elite | None:
        """The elite of the highest score, of equals the oldest; None while the archive is empty."""
        return self._best

    def add(self, candidate: Candidate, evaluation: Evaluation) -> AddStatus:
        """Offers a candidate; only complete, faultless SEARCH evaluations with a score up to 1 enter.

        Raises:
            ValueError: The evaluation is of another stage than SEARCH.
        """
        if evaluation.stage is not Split.SEARCH:
            raise ValueError(f"an archive takes evaluations on search, but got one on {evaluation.stage}")
        score = evaluation.score
        # Written so that NaN, which no simulator should return, stays out as well.
        if score is None or not score <= 1 + SCORE_SLACK or evaluation.faults or candidate.id in self._kept:
            return AddStatus.NOT_ADDED
        return self._offer(Elite(candidate, evaluation, self.grid.cell(evaluation)))

    def _offer(self, elite: Elite) -> AddStatus:
        holder = self.grid.holder(elite.cell)
        in_grid = self.grid.offer(elite)
        leads, displaced = self.leaders.offer(elite)
        if not in_grid and not leads:
            return AddStatus.NOT_ADDED
        self._kept[elite.candidate.id] = elite
        self._places[elite.candidate.id] = in_grid + leads
        for loser in (*displaced, holder) if in_grid and holder else displaced:
            self._leave(loser)
        if self._best is None or elite.score > self._best.score:
            self._best = elite
        return AddStatus.NEW if in_grid and holder is None else AddStatus.IMPROVED

    def _leave(self, elite: Elite) -> None:
        """Takes away one of an elite's places, and the elite with its last one."""
        identity = elite.candidate.id
        self._places[identity] -= 1
        if self._places[identity] == 0:
            del self._places[identity], self._kept[identity]

    def sample(self, n: int, rng: np.random.Generator, /) -> Sequence[Elite]:
        """Draws `n` elites with replacement, each cell equally likely.

        Raises:
            ValueError: The archive is empty.
        """
        if not len(self.grid):
            raise ValueError("cannot draw from an empty archive: add a complete, faultless candidate first")
        return tuple(self.grid[int(i)] for i in rng.integers(len(self.grid), size=n))

    def digest(self) -> str:
        """Hashes what the archive holds: ids, cells, scores, leaders and the best, in hexadecimal.

        Archives with the same digest draw the same elites from the same generator. How they came to hold
        them, and every measured time, is left out.
        """
        hasher = hashlib.sha256()
        for elite in self.grid:
            hasher.update(f"cell {elite.cell} {elite.candidate.id} {elite.score.hex()}\n".encode())
        for group, leaders in self.leaders:
            hasher.update(f"group {group!a}\n".encode())
            for leader in leaders:
                hasher.update(f"{leader.elite.candidate.id} {leader.score.hex()}\n".encode())
        hasher.update(f"best {self._best.candidate.id if self._best else None}\n".encode())
        return hasher.hexdigest()
