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
    problem = met.problem
    try:
        at_home = mean(met.measured(carrier)) - met_honest
        honest = mean(unseen.measured(source))
        gain = mean(unseen.measured(carrier)) - honest
        allowed = ROUNDING
        if not problem.one_shot:
            best = mean(unseen.measured(problem.best_baseline.source))
            allowed = explained(at_home, best - honest, max(ROUNDING, problem.noise_floor))
    except TrustedSideBroken as error:
        return Finding(Part.CHEAT, _NAME, _AIM, str(error), None, Verdict.BREAKS)
    told = f"worth {at_home:+.4f} on what it carries; the gain is that on validation"
    return Finding(Part.CHEAT, _NAME, _AIM, told, gain, Verdict.GAINS if gain > allowed else Verdict.HARMLESS)


def explained(at_home: float, lead: float, luck: float) -> float:
    """What the likeness of all lives explains: those that part later begin alike.

    There decisions of a better policy are worth something anywhere, but less than where they were taken; and
    if they are worth nothing there, whatever comes elsewhere comes from the policy, not from answers.

    Args:
        lead: Of the best baseline, which decided, over the policy that carries its decisions.
    """
    return max(luck, at_home / 2 if at_home > luck else lead)


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
