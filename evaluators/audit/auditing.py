"""An audit of a problem, and of a policy if one is named: every attack, one after the other."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evaluators.audit.attacks import attacks
from evaluators.audit.changes import CHANGES
from evaluators.audit.cheating import Arena, cheated, mean
from evaluators.audit.findings import Finding
from evaluators.audit.mutation import Examiner
from evaluators.audit.steadiness import steady
from evaluators.decisions import decided
from evaluators.drive import Bench
from evaluators.values import Measurement
from problems.base import Instance, Limits, Problem, Split, groups

PLACES: Final = 4
"""So many groups of SEARCH are attacked on: the first, the last, and some between."""


def places(instances: Sequence[Instance]) -> tuple[tuple[Instance, ...], ...]:
    """Chooses groups that lie far apart, since generators often draw by kind."""
    found = groups(instances)
    chosen = {round(i * (len(found) - 1) / (PLACES - 1)) for i in range(PLACES)}
    return tuple(found[i] for i in sorted(chosen))


@dataclass(frozen=True, slots=True)
class Audit:
    """A problem under audit, with what honest work comes to.

    Attributes:
        source: The policy that cheats are appended to; the idle one if none was named.
        named: Whether one was.
        honest: Its measurements.
        best: Mean score of the best baseline, or of the policy if that is better.
        honest_s: Wall seconds that its measuring took.
        best_s: Likewise the best baseline's.
    """

    arena: Arena
    source: str
    named: bool
    honest: Sequence[Measurement]
    best: float
    honest_s: float
    best_s: float

    @staticmethod
    def begun(bench: Bench, problem: Problem, instances: Sequence[Instance], policy: str | None) -> "Audit":
        """Measures the honest policies.

        Raises:
            TrustedSideBroken: Already these break the trusted side.
        """
        arena = Arena.of(bench, problem, places(instances))
        source = problem.baselines[0].source if policy is None else policy
        began = time.monotonic()
        honest = arena.measured(source)
        between = time.monotonic()
        best = arena.measured(problem.best_baseline.source)
        end = time.monotonic()
        return Audit(
            arena=arena,
            source=source,
            named=policy is not None,
            honest=honest,
            best=max(mean(best), mean(honest)),
            honest_s=between - began,
            best_s=end - between,
        )

    @property
    def predicted_s(self) -> float:
        """Wall seconds that the findings will take, roughly: cheats, one that never ends, changed answers."""
        limits: Limits = self.arena.problem.limits[Split.SEARCH]
        call_s = limits.solve_cpu_s if self.arena.problem.one_shot else limits.step_cpu_s
        endless_s = 1.0 + 2.0 * call_s * self.arena.bench.cpu_scale
        again = 0.0 if self.arena.problem.one_shot else 2.0 * len(CHANGES)
        return (len(tuple(attacks())) + again) * self.honest_s + endless_s + self.best_s

    @property
    def expected(self) -> int:
        """How many findings there will be."""
        return len(tuple(attacks())) + len(CHANGES) + 1 + 2 * self.named

    def findings(self) -> Iterator[Finding]:
        """Carries every attack out."""
        yield from cheated(self.arena, self.source, self.honest, self.best)
        problem = self.arena.problem
        firsts = [group[0] for group in self.arena.groups]
        answers = decided(problem, problem.best_baseline.source, firsts, Split.SEARCH, self.arena.bench)
        yield from Examiner(problem).findings([d for d in answers if d.measurement.fault is None])
        if self.named:
            yield from steady(self.arena, self.source, self.honest)
