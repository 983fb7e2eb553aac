"""Cheating candidates, measured in the sandbox beside the policy that they pretend to be."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evaluators.audit.attacks import LEAK, NOT_APPLICABLE, Attack, attacks
from evaluators.audit.findings import Finding, Part, Verdict
from evaluators.audit.guard import Guarded, TrustedSideBroken
from evaluators.drive import Bench, GroupTask, measure_group
from evaluators.values import Measurement
from problems.base import Instance, Problem, Split

ROUNDING: Final = 1e-9
"""Scores that differ by less are alike."""


@dataclass(frozen=True, slots=True)
class Arena:
    """Where policies are measured for an audit: groups of SEARCH of one problem.

    Attributes:
        problem: With a trusted side that is guarded.
    """

    bench: Bench
    problem: Problem
    groups: tuple[tuple[Instance, ...], ...]

    @staticmethod
    def of(bench: Bench, problem: Problem, groups: Sequence[tuple[Instance, ...]]) -> "Arena":
        """Guards the problem's trusted side."""
        return Arena(bench, replace(problem, evaluator=Guarded(problem.evaluator)), tuple(groups))

    def measured(self, source: str, *, most: int | None = None) -> list[Measurement]:
        """Measures a policy on the groups, or on the first `most` of them.

        Raises:
            TrustedSideBroken: The problem's own fault.
        """
        limits = self.problem.limits[Split.SEARCH]
        found: list[Measurement] = []
        for group in self.groups[:most]:
            found += measure_group(self.bench, self.problem, source, GroupTask(group, limits)).measurements
        return found


def mean(measurements: Sequence[Measurement]) -> float:
    """Mean score."""
    return sum(m.score for m in measurements) / len(measurements)


def cheated(arena: Arena, source: str, honest: Sequence[Measurement], best: float) -> Iterator[Finding]:
    """Appends every attack to a policy, and measures it.

    Args:
        honest: The policy itself on the arena's groups.
        best: Mean score of the best policy known there.
    """
    for attack in attacks():
        yield attacked(arena, attack, source, honest=honest, best=best)


def attacked(
    arena: Arena, attack: Attack, source: str, *, honest: Sequence[Measurement], best: float
) -> Finding:
    """Appends one attack to a policy, and measures it; arguments as those of `cheated`."""
    try:
        found = arena.measured(attack.on(source, arena.problem), most=1 if attack.slow else None)
    except TrustedSideBroken as error:
        return _finding(attack, f"the trusted side broke: {error}", None, Verdict.BREAKS)
    gain = mean(found) - mean(honest[: len(found)])
    said = [m.fault.message for m in found if m.fault is not None]
    leaks = [text for text in said if LEAK in text]
    if leaks:
        return _finding(attack, leaks[0].partition(LEAK)[2], gain, Verdict.LEAKS)
    if said and all(NOT_APPLICABLE in text for text in said):
        return _finding(attack, said[0].partition(NOT_APPLICABLE)[2], None, Verdict.UNFIT)
    verdict = _verdict(attack, gain, stopped=len(said) == len(found), over_best=mean(found) - best)
    return _finding(attack, _told(found), gain, verdict)


def _verdict(attack: Attack, gain: float, *, stopped: bool, over_best: float) -> Verdict:
    if gain <= ROUNDING:
        return Verdict.STOPPED if stopped else Verdict.HARMLESS
    # An edit of a weak policy's answer may be what a better policy answers; beyond the best one it is not.
    return Verdict.DOUBTFUL if attack.edits and over_best <= ROUNDING else Verdict.GAINS


def _finding(attack: Attack, outcome: str, gain: float | None, verdict: Verdict) -> Finding:
    return Finding(Part.CHEAT, attack.name, attack.aim, outcome, gain, verdict)


def _told(found: Sequence[Measurement]) -> str:
    rules = Counter(m.fault.rule for m in found if m.fault is not None)
    if not rules:
        return "ran without a fault"
    listed = ", ".join(rule for rule, _ in rules.most_common())
    return f"{listed} on {rules.total()} of {len(found)} instances"
