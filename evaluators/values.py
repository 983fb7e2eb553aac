"""Values that come out of measuring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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

    @property
    def printed(self) -> tuple[str, str] | None:
        """Instance and text of what the policy printed; None if nothing is known of that."""
        found = ((m.instance, m.printed) for m in self.measurements if m.printed)
        return next(found, None)

    def metric(self, name: str) -> float:
        """Mean of a metric over the instances that have it; 0.0 if none has."""
        values = [m.metrics[name] for m in self.measurements if name in m.metrics]
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
