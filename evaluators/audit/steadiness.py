"""Whether a policy is measured alike each time, and in whatever order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from evaluators.audit.cheating import Arena
from evaluators.audit.findings import Finding, Part, Verdict
from evaluators.audit.guard import TrustedSideBroken
from evaluators.job import out_of_time
from evaluators.values import Measurement


def steady(arena: Arena, source: str, first: Sequence[Measurement]) -> Iterator[Finding]:
    """Measures a policy twice more: as before, and in the reverse order of groups."""
    yield _compared("again", "is measured a second time", first, arena, source)
    turned = replace(arena, groups=arena.groups[::-1])
    yield _compared("turned round", "meets the instances in another order", first, turned, source)


def _compared(name: str, aim: str, first: Sequence[Measurement], arena: Arena, source: str) -> Finding:
    try:
        later = {m.instance: m for m in arena.measured(source)}
    except TrustedSideBroken as error:
        return Finding(Part.POLICY, name, aim, str(error), None, Verdict.BREAKS)
    for before in first:
        after = later[before.instance]
        if (before.score, before.metrics) != (after.score, after.metrics):
            told = f"{_score(before)} on {before.instance}, then {_score(after)}"
            # A policy near its limits may run out of time once, on a busy machine.
            late = out_of_time((before, after))
            return Finding(Part.POLICY, name, aim, told, None, Verdict.DOUBTFUL if late else Verdict.DIFFERS)
    return Finding(Part.POLICY, name, aim, "scores the same", 0.0, Verdict.HARMLESS)


def _score(found: Measurement) -> str:
    return f"scores {found.score:.6g}" if found.fault is None else f"fails by {found.fault.rule}"
