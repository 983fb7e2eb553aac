"""What a worker is asked, and what it answers; both cross a process, so both are plain data."""

from dataclasses import dataclass

from evaluators.values import Measurement, Usage
from problems.base import Split
from sandbox.faults import FaultKind


@dataclass(frozen=True, slots=True)
class Played:
    """What a step-wise policy decided on one instance before its group ran out of time.

    A policy that ran out of time has seen a part of the instance's future, and may have told its next child
    by the clock. So a second measurement counts only if it begins as the first did.

    Attributes:
        decisions: How many.
        digest: Of all of them, in order.
    """

    decisions: int
    digest: str


@dataclass(frozen=True, slots=True)
class Job:
    """One policy on some groups of one stage.

    Attributes:
        groups: Indices of the stage's groups, in the order in which they are measured.
        patience: The worker stops early after this many groups that ran out of time; 0 means never.
        repeats: By instance of the job's one group, what must be repeated; empty the first time.
    """

    source: str
    problem: str
    workload: str
    split: Split
    groups: tuple[int, ...]
    patience: int = 0
    repeats: tuple[Played, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Measurements by group, in the job's order; fewer than asked if patience ended.

    Attributes:
        played: By instance of the last group, if that group is step-wise and ran out of time; else empty.
    """

    groups: tuple[tuple[Measurement, ...], ...]
    usage: Usage
    played: tuple[Played, ...] = ()


def out_of_time(measurements: tuple[Measurement, ...]) -> bool:
    """Whether a group ran out of time, which may be our machine's doing and is measured again, alone."""
    return any(m.fault is not None and m.fault.kind is FaultKind.TIMED_OUT for m in measurements)
