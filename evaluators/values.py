"""Values that come out of measuring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import overload

from problems.base import Split
from sandbox.faults import Fault

SCORE_SLACK = 1e-9
"""How far rounding may carry a score above 1; beyond it a bound is wrong, which is a hole of ours."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One candidate on one instance.

    Attributes:
        score: In [0, 1], higher is better; 0.0 with a fault.
        metrics: The problem's figures; empty with a fault.
        printed: What the policy printed while its group was measured, shortened and safe to show. It stands
            with one instance of the group, the first with a fault if there is one; empty elsewhere.
    """

    instance: str
    group: str
    block: str
    score: float
    metrics: Mapping[str, float]
    fault: Fault | None = None
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What measuring took; never part of a score, an archive or a prompt.

    Attributes:
        cpu_s: CPU seconds of the candidate's processes.
        wall_s: Wall seconds from the first message to the last.
        peak_bytes: Largest resident set of any of its processes.
    """

    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_bytes: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.cpu_s + other.cpu_s, self.wall_s + other.wall_s, max(self.peak_bytes, other.peak_bytes)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Measurements(Sequence[Measurement]):
    """One candidate's measurements, column by column; each is put together when it is looked at.

    The log of a long run has a million of them, and nearly all are asked for their scores and means alone.

    Attributes:
        places: (instance, group, block) of each, in the order of measuring.
        scores: Of each.
        names: The metrics that each without a fault has.
        table: Their values, row by row, of those without a fault.
        faults: By position, in order.
        printed: Likewise, of those with something.
    """

    places: Sequence[tuple[str, str, str]]
    scores: Sequence[float]
    names: Sequence[str]
    table: Sequence[float]
    faults: Mapping[int, Fault]
    printed: Mapping[int, str]

    def __post_init__(self) -> None:
        """Refuses columns that do not fit each other: a log may be damaged."""
        sound = len(self.scores) - len(self.faults)
        if len(self.places) != len(self.scores) or len(self.table) != sound * len(self.names):
            raise ValueError(
                f"{len(self.places)} places, {len(self.scores)} scores, {len(self.faults)} faults and "
                f"{len(self.table)} values of {len(self.names)} metrics do not fit each other"
            )

    @staticmethod
    def of(found: Sequence[Measurement]) -> "Measurements":
        """Takes measurements apart.

        Raises:
            ValueError: Two without a fault have different metrics.
        """
        sound = [m for m in found if m.fault is None]
        names = tuple(sound[0].metrics) if sound else ()
        for m in sound:
            if m.metrics.keys() != sound[0].metrics.keys():
                others = f"{m.instance} has other metrics than {sound[0].instance}"
                raise ValueError(f"{others}: a simulator tells the same of every instance")
        return Measurements(
            tuple((m.instance, m.group, m.block) for m in found),
            tuple(m.score for m in found),
            names,
            tuple(m.metrics[name] for m in sound for name in names),
            {i: m.fault for i, m in enumerate(found) if m.fault is not None},
            {i: m.printed for i, m in enumerate(found) if m.printed},
        )

    def __len__(self) -> int:
        return len(self.scores)

    @overload
    def __getitem__(self, index: int) -> Measurement: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Measurement, ...]: ...

    def __getitem__(self, index: int | slice) -> Measurement | tuple[Measurement, ...]:
        positions = range(len(self))[index]
        return tuple(map(self._row, positions)) if isinstance(positions, range) else self._row(positions)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Measurements) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # what has metrics is no key

    def column(self, name: str) -> Sequence[float]:
        """Values of a metric, of those that have it."""
        return self.table[self.names.index(name) :: len(self.names)] if name in self.names else ()

    def by_group(self) -> Mapping[str, float]:
        """Mean score of each group."""
        return {
            group: sum([self.scores[i] for i in positions]) / len(positions)
            for group, positions in _groups(tuple(self.places))
        }

    def _row(self, i: int) -> Measurement:
        fault, metrics = self.faults.get(i), dict[str, float]()
        if fault is None:
            row, size = i - sum(j < i for j in self.faults), len(self.names)
            metrics = dict(zip(self.names, self.table[row * size : (row + 1) * size], strict=True))
        return Measurement(*self.places[i], self.scores[i], metrics, fault, self.printed.get(i, ""))


@lru_cache(maxsize=64)
def _groups(places: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Positions by group: the same for all candidates of a run."""
    found: dict[str, list[int]] = {}
    for i, (_, group, _) in enumerate(places):
        found.setdefault(group, []).append(i)
    return tuple((group, tuple(positions)) for group, positions in found.items())


@dataclass(frozen=True)
class Evaluation:
    """One candidate on a stage's instances.

    Attributes:
        complete: Every instance of the stage was measured; only then is there a score.
    """

    stage: Split
    measurements: Measurements
    complete: bool = True

    @staticmethod
    def of(stage: Split, found: Sequence[Measurement], *, complete: bool = True) -> "Evaluation":
        """Makes an evaluation of measurements."""
        return Evaluation(stage, Measurements.of(found), complete)

    @cached_property
    def score(self) -> float | None:
        """Mean strict score, higher is better; None if incomplete or nothing was measured."""
        scores = self.measurements.scores
        return sum(scores) / len(scores) if self.complete and scores else None

    @cached_property
    def beyond_bound(self) -> bool:
        """Whether a score passes its bound: a hole of ours."""
        return any(score > 1.0 + SCORE_SLACK for score in self.measurements.scores)

    @property
    def faults(self) -> tuple[tuple[str, Fault], ...]:
        """Pairs of instance name and fault, in order."""
        places = self.measurements.places
        return tuple((places[i][0], fault) for i, fault in self.measurements.faults.items())

    @property
    def printed(self) -> tuple[str, str] | None:
        """Instance and text of what the policy printed; None if nothing is known of that."""
        places = self.measurements.places
        return next(((places[i][0], text) for i, text in self.measurements.printed.items()), None)

    @property
    def metrics(self) -> Mapping[str, float]:
        """Mean of each metric over the instances without a fault."""
        return {name: self.metric(name) for name in self.measurements.names}

    def metric(self, name: str) -> float:
        """Mean of a metric over the instances that have it; 0.0 if none has."""
        values = self.measurements.column(name)
        return sum(values) / len(values) if values else 0.0


def with_one_output(measurements: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """Keeps what was printed on one instance: the first with a fault, or else the first.

    A policy that prints does so everywhere, and thousands of evaluations are kept.
    """
    speaking = [i for i, m in enumerate(measurements) if m.printed]
    faulty = [i for i in speaking if measurements[i].fault is not None]
    chosen = (faulty or speaking or [-1])[0]
    return tuple(
        m if i == chosen or not m.printed else replace(m, printed="") for i, m in enumerate(measurements)
    )
