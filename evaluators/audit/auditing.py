"""An audit of a problem, and of a policy if one is named: every attack, one after the other."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evaluators.audit.attacks import attacks
from evaluators.audit.carrying import hard_coded
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

LONGEST_S: Final = 40.0
"""An audit that would take longer is made on two places only."""

Stages = Mapping[Split, Sequence[Instance]]


def places(instances: Sequence[Instance]) -> tuple[tuple[Instance, ...], ...]:
    """Chooses groups that lie far apart, since generators often draw by kind."""
    found = groups(instances)
    chosen = {round(i * (len(found) - 1) / (PLACES - 1)) for i in range(PLACES)}
    return tuple(found[i] for i in sorted(chosen))


@dataclass(frozen=True, slots=True)
class Audit:
    """A problem under audit, with what honest work comes to.

    Attributes:
        unseen: Other instances, of VALIDATION.
        source: The policy that cheats are appended to; the idle one if none was named.
        named: Whether one was.
        honest: Its measurements.
        best: Those of the best baseline.
        honest_s: Wall seconds that measuring the policy took.
        best_s: Likewise the best baseline.
        cpu_scale: CPU seconds of this core per second of the reference core.
    """

    arena: Arena
    unseen: Arena
    source: str
    named: bool
    honest: Sequence[Measurement]
    best: Sequence[Measurement]
    honest_s: float
    best_s: float
    cpu_scale: float

    @staticmethod
    def begun(bench: Bench, problem: Problem, stages: Stages, policy: str | None) -> "Audit":
        """Measures the honest policies.

        Args:
            stages: Instances of SEARCH and of VALIDATION.

        Raises:
            TrustedSideBroken: Already these break the trusted side.
        """
        arena = Arena.of(bench, problem, places(stages[Split.SEARCH]))
        source = problem.baselines[0].source if policy is None else policy
        began = time.monotonic()
        honest = arena.measured(source)
        between = time.monotonic()
        best = arena.measured(problem.best_baseline.source)
        found = Audit(
            arena=arena,
            unseen=replace(arena, groups=places(stages[Split.VALIDATION])),
            source=source,
            named=policy is not None,
            honest=honest,
            best=best,
            honest_s=between - began,
            best_s=time.monotonic() - between,
            cpu_scale=bench.cpu_scale,
        )
        return found if found.predicted_s <= LONGEST_S else found.shortened()

    def shortened(self) -> "Audit":
        """The same on the first and the last place alone, for what takes long."""
        ends = _ends(self.arena.groups)
        names = {instance.name for group in ends for instance in group}
        share = len(ends) / len(self.arena.groups)
        return replace(
            self,
            arena=replace(self.arena, groups=ends),
            unseen=replace(self.unseen, groups=_ends(self.unseen.groups)),
            honest=[m for m in self.honest if m.instance in names],
            best=[m for m in self.best if m.instance in names],
            honest_s=self.honest_s * share,
            best_s=self.best_s * share,
        )

    @property
    def predicted_s(self) -> float:
        """Wall seconds that the findings will take, roughly: cheats, one that never ends, changed answers."""
        limits: Limits = self.arena.problem.limits[Split.SEARCH]
        call_s = limits.solve_cpu_s if self.arena.problem.one_shot else limits.step_cpu_s
        endless_s = 1.0 + 2.0 * call_s * self.cpu_scale
        again = 0.0 if self.arena.problem.one_shot else 2.0 * len(CHANGES) * self.best_s / 3.0
        return self.expected_measurings * self.honest_s + endless_s + self.best_s + again

    @property
    def expected_measurings(self) -> int:
        """How often the policy is measured, or something that works about as long."""
        return len(tuple(attacks())) + 3 + 2 * self.named

    @property
    def expected(self) -> int:
        """How many findings there will be."""
        return len(tuple(attacks())) + len(CHANGES) + 3 + 2 * self.named

    def findings(self) -> Iterator[Finding]:
        """Carries every attack out."""
        best = max(mean(self.best), mean(self.honest))
        yield from cheated(self.arena, self.source, self.honest, best)
        problem = self.arena.problem
        met = [instance for group in self.arena.groups for instance in group]
        found = decided(problem, problem.best_baseline.source, met, Split.SEARCH, self.arena.bench)
        answers = [d for d in found if d.measurement.fault is None and d.decisions]
        yield hard_coded(self.arena, self.unseen, self.source, answers, met_honest=mean(self.honest))
        firsts = {group[0].name for group in self.arena.groups}
        yield from Examiner(problem).findings([d for d in answers if d.instance.name in firsts])
        if self.named:
            yield from steady(self.arena, self.source, self.honest)


def _ends(found: tuple[tuple[Instance, ...], ...]) -> tuple[tuple[Instance, ...], ...]:
    return found[:: max(len(found) - 1, 1)]
