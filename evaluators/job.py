"""What a worker is asked, and what it answers; both cross a process, so both are plain data."""

from dataclasses import dataclass

from evaluators.values import Measurement, Usage
from problems.base import Split
from sandbox.faults import FaultKind


@dataclass(frozen=True, slots=True)
class Job:
    """One policy on some groups of one stage.

    Attributes:
        groups: Indices of the stage's groups, in the order in which they are measured.
        patience: The worker stops early after this many groups that ran out of time; 0 means never.
    """

    source: str
    problem: str
    workload: str
    split: Split
    groups: tuple[int, ...]
    patience: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """Measurements by group, in the job's order; fewer than asked if patience ended."""

    groups: tuple[tuple[Measurement, ...], ...]
    usage: Usage


def out_of_time(measurements: tuple[Measurement, ...]) -> bool:
    """Whether a group ran out of time, which may be our machine's doing and is measured again, alone."""
    return any(m.fault is not None and m.fault.kind is FaultKind.TIMED_OUT for m in measurements)
