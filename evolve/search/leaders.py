"""The other half of the archive: the best few candidates on each group of instances."""

from collections.abc import Iterator
from dataclasses import dataclass

from evolve.search.elite import Elite


@dataclass(frozen=True, slots=True)
class Leader:
    """An elite that is among the best on one group.

    Attributes:
        score: Mean strict score over the group, higher is better.
    """

    elite: Elite
    score: float


class Leaders:
    """Keeps, for each group, the best `size` elites, best first; of equals the older leads."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"a group needs at least 1 leader, but got {size}")
        self.size = size
        self._leaders: dict[str, tuple[Leader, ...]] = {}

    def __iter__(self) -> Iterator[tuple[str, tuple[Leader, ...]]]:
        """Iterates by group name, so that order of arrival does not show."""
        return ((group, self._leaders[group]) for group in sorted(self._leaders))

    def __len__(self) -> int:
        return len(self._leaders)

    def of(self, group: str) -> tuple[Leader, ...]:
        """Returns a group's leaders, best first."""
        return self._leaders.get(group, ())

    def offer(self, elite: Elite) -> tuple[int, tuple[Elite, ...]]:
        """Ranks an elite on every group it was measured on.

        Returns:
            In how many groups it now leads, and the elites it displaced, one for each place lost.
        """
        joined, displaced = 0, []
        for group, score in elite.evaluation.measurements.by_group().items():
            held = self._leaders.get(group, ())
            if len(held) == self.size and held[-1].score >= score:
                continue
            rank = sum(leader.score >= score for leader in held)
            ranked = (*held[:rank], Leader(elite, score), *held[rank:])
            self._leaders[group] = ranked[: self.size]
            displaced += [leader.elite for leader in ranked[self.size :]]
            joined += 1
        return joined, tuple(displaced)
