"""A candidate that carries answers: it must be of no use on instances that it has not met."""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import msgspec

from evaluators.admission import SOURCE_BYTES
from evaluators.audit.attacks import carrying, frame
from evaluators.audit.cheating import ROUNDING, Arena, mean
from evaluators.audit.findings import Finding, Part, Verdict
from evaluators.audit.guard import TrustedSideBroken
from evaluators.decisions import Decided
from problems.base import Problem, Split

_NAME: Final = "hard_codes"
_AIM: Final = "carries the best baseline's answers to some of search, and works honestly elsewhere"


def hard_coded(
    met: Arena, unseen: Arena, source: str, answers: Sequence[Decided], *, met_honest: float
) -> Finding:
    """Writes answers into a policy, and measures it where they are of use and where they should not be.

    Args:
        met_honest: Mean score of the policy itself where it carries answers.
    """
    carrier = carrying(source, met.problem, _carried(met.problem, answers))
    if len(carrier.encode()) > SOURCE_BYTES:
        told = f"the answers take {len(carrier.encode()):,} bytes, and a policy may have {SOURCE_BYTES:,}"
        return Finding(Part.CHEAT, _NAME, _AIM, told, None, Verdict.UNFIT)
    try:
        at_home = mean(met.measured(carrier)) - met_honest
        gain = mean(unseen.measured(carrier)) - mean(unseen.measured(source))
    except TrustedSideBroken as error:
        return Finding(Part.CHEAT, _NAME, _AIM, str(error), None, Verdict.BREAKS)
    told = f"worth {at_home:+.4f} on what it carries; the gain is that on validation"
    # Lives that part later begin alike, and there a good policy's decisions are worth something anywhere.
    allowed = ROUNDING if met.problem.one_shot else max(ROUNDING, at_home / 2)
    verdict = Verdict.GAINS if gain > allowed else Verdict.HARMLESS
    return Finding(Part.CHEAT, _NAME, _AIM, told, gain, verdict)


def _carried(problem: Problem, answers: Sequence[Decided]) -> dict[str, Any]:
    key, limits = _key(), problem.limits[Split.SEARCH]
    evaluator = cast("Any", problem.evaluator)
    if problem.one_shot:
        return {key(evaluator.task(d.instance, limits)): _plain(d.decisions[0]) for d in answers}
    found: dict[str, Any] = {}
    for d in answers:
        life = [(key(o), _plain(decision)) for o, decision in zip(d.observations, d.decisions, strict=False)]
        found.setdefault(key(evaluator.setup(d.instance, limits)), []).append(life)
    return found


def _key() -> Callable[[object], str]:
    """The very function by which the candidate recognises things."""
    names: dict[str, Any] = {"_one_shot": True}
    exec(compile(frame("_carried"), "carried.py", "exec"), names)  # noqa: S102 - a text of ours
    return cast("Callable[[object], str]", names["_key"])


def _plain(answer: object) -> object:
    return msgspec.json.decode(msgspec.json.encode(answer))
