"""How much CPU time a policy takes beside another: in pairs, in alternating order, by the child's own clock.

CPU time hardly changes with what else runs on the machine, but one pair still varies by several percent.
Order alternates, since whoever comes second finds warmer caches.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluators.drive import Bench, GroupTask, measure_group
from problems.base import Instance, Problem, Split
from sandbox.faults import Fault

CONFIDENCE = 0.95
FEWEST_PAIRS = 6
"""Under so many the smallest and the largest of all do not enclose the median at `CONFIDENCE`."""

_TELLABLE = 0.1
"""A policy's time is told apart from the wire's if it takes so much of that at least."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Middle:
    """A median with its interval, exact for any distribution: from order statistics and the sign test.

    Attributes:
        count: Values it is of.
    """

    median: float
    low: float
    high: float
    count: int

    @staticmethod
    def of(values: Sequence[float]) -> "Middle":
        """Takes the median of independent values; needs `FEWEST_PAIRS`."""
        ordered = sorted(values)
        rank = _rank(len(ordered))
        return Middle(statistics.median(ordered), ordered[rank - 1], ordered[-rank], len(ordered))


def _rank(count: int) -> int:
    """The largest rank k such that the k-th values from both ends enclose the median at `CONFIDENCE`."""
    if count < FEWEST_PAIRS:
        raise ValueError(f"an interval needs {FEWEST_PAIRS} values at least, but there are {count}")
    outside, rank = 0.0, 0
    while True:
        outside += 2 * math.comb(count, rank) / 2**count
        if outside > 1 - CONFIDENCE:
            return rank
        rank += 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A policy to be timed."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Timed:
    """One policy's part of a pair, in CPU seconds of this core.

    Attributes:
        call_s: Mean of a call, what the wire costs taken off.
        ready_s: Before the first call, what an idle policy takes for that taken off.
    """

    call_s: float
    ready_s: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Both policies on one group, one right after the other.

    Attributes:
        wire_s: What a call of the idle policy costs there, which was taken off both.
    """

    policy: Timed
    against: Timed
    wire_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A policy that could not be timed, since it failed."""

    entry: Entry
    instance: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the pairs say; lower is better.

    They are of several groups in turn, so intervals span how groups differ as well as noise.
    """

    pairs: tuple[Pair, ...]

    @property
    def difference_s(self) -> Middle:
        """CPU seconds a call of the policy beyond those of the other; the wire cancels out."""
        return Middle.of([pair.policy.call_s - pair.against.call_s for pair in self.pairs])

    @property
    def policy(self) -> tuple[Timed, ...]:
        """The policy's times."""
        return tuple(pair.policy for pair in self.pairs)

    @property
    def against(self) -> tuple[Timed, ...]:
        """The other's times."""
        return tuple(pair.against for pair in self.pairs)

    @property
    def wire_s(self) -> float:
        """What the wire costs: the median of a call of the idle policy."""
        return statistics.median(pair.wire_s for pair in self.pairs)

    def is_told(self, times: Sequence[Timed]) -> bool:
        """Whether a policy's own time stands out from what the wire costs."""
        calls = [timed.call_s for timed in times]
        return min(calls) > 0.0 and statistics.median(calls) >= _TELLABLE * self.wire_s

    @property
    def ratio(self) -> Middle | None:
        """The policy's time over the other's; None if one of the two cannot be told from the wire's."""
        if not (self.is_told(self.policy) and self.is_told(self.against)):
            return None
        return Middle.of([pair.policy.call_s / pair.against.call_s for pair in self.pairs])

    @property
    def verdict(self) -> str:
        """`faster`, `slower`, or `no difference shown`."""
        found = self.difference_s
        if found.high < 0.0:
            return "faster"
        return "slower" if found.low > 0.0 else "no difference shown"


def order(pairs: int, rng: np.random.Generator) -> tuple[bool, ...]:
    """Draws which pairs the policy begins: one of every two, so that no drift and no cache favours it.

    Which one of the two is drawn, since the groups come in turn too: else an even number of them would see
    each group begun by the same policy for ever.
    """
    drawn = rng.integers(2, size=(pairs + 1) // 2)
    return tuple(bool(first) == bool(place) for first in drawn for place in (0, 1))[:pairs]


class Timer:
    """Times policies on the groups of one split of a problem."""

    def __init__(
        self, bench: Bench, problem: Problem, groups: Sequence[Sequence[Instance]], split: Split
    ) -> None:
        self._bench = bench
        self._problem = problem
        self._tasks = [GroupTask(group, problem.limits[split]) for group in groups]
        self._idle = Entry(problem.baselines[0].name, problem.baselines[0].source)

    def compare(
        self, policy: Entry, against: Entry, *, pairs: int, rng: np.random.Generator, progress: Progress
    ) -> Comparison | Failed:
        """Times both policies in `pairs` pairs, over the groups in turn.

        Raises:
            SandboxUnavailable: Ours.
        """
        found = []
        for number, policy_first in enumerate(order(pairs, rng)):
            task = self._tasks[number % len(self._tasks)]
            pair = self._pair(task, policy, against, policy_first=policy_first)
            if isinstance(pair, Failed):
                return pair
            found.append(pair)
            progress(number + 1, pairs)
        return Comparison(tuple(found))

    def _pair(self, task: GroupTask, policy: Entry, against: Entry, *, policy_first: bool) -> Pair | Failed:
        # By place, not by name: a policy may be timed against itself.
        timed = []
        for entry in (self._idle, *((policy, against) if policy_first else (against, policy))):
            spent = self._timed(task, entry)
            if isinstance(spent, Failed):
                return spent
            timed.append(spent)
        idle, first, second = timed
        mine, other = (first, second) if policy_first else (second, first)
        return Pair(_less(mine, idle), _less(other, idle), idle.call_s)

    def _timed(self, task: GroupTask, entry: Entry) -> Timed | Failed:
        result = measure_group(self._bench, self._problem, entry.source, task)
        for measurement in result.measurements:
            if measurement.fault is not None:
                return Failed(entry, measurement.instance, measurement.fault)
        return Timed(result.call_s, result.ready_s)


def _less(spent: Timed, idle: Timed) -> Timed:
    return Timed(spent.call_s - idle.call_s, spent.ready_s - idle.ready_s)
