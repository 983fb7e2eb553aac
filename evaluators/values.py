"""Values that come out of measuring."""

from collections.abc import Mapping
from dataclasses import dataclass

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
    """

    instance: str
    group: str
    block: str
    score: float
    metrics: Mapping[str, float]
    fault: Fault | None = None


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


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One candidate on a stage's instances.

    Attributes:
        complete: Every instance of the stage was measured; only then is there a score.
    """

    stage: Split
    measurements: tuple[Measurement, ...]
    complete: bool = True

    @property
    def score(self) -> float | None:
        """Mean strict score, higher is better; None if incomplete or nothing was measured."""
        if not self.complete or not self.measurements:
            return None
        return sum(m.score for m in self.measurements) / len(self.measurements)

    @property
    def faults(self) -> tuple[tuple[str, Fault], ...]:
        """Pairs of instance name and fault, in order."""
        return tuple((m.instance, m.fault) for m in self.measurements if m.fault is not None)

    def metric(self, name: str) -> float:
        """Mean of a metric over the instances that have it; 0.0 if none has."""
        values = [m.metrics[name] for m in self.measurements if name in m.metrics]
        return sum(values) / len(values) if values else 0.0
