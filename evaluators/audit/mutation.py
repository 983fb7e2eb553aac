"""Honest answers, changed and given to the trusted side: does it notice?"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, Final

import msgspec

from evaluators.audit.changes import CHANGES, Change, Sense, spread
from evaluators.audit.cheating import ROUNDING
from evaluators.audit.findings import Finding, Part, Verdict
from evaluators.audit.guard import Guarded, TrustedSideBroken
from evaluators.decisions import Decided
from problems.base import InvalidAnswer, Limits, Problem, Split
from sandbox import ChildLimits, Fault
from sandbox.answers import AnswerEncoder
from sandbox.replies import ReplyReader
from sandbox.wire import ChildFault

MATTERS: Final = 1e-3
"""An answer whose rules allow the change may be worth so much more by chance."""

_PATIENCE: Final = 10_000
"""Steps more than it took before, and then an instance is taken for one that does not end."""

_SWAP: Final = Change(
    "another's answer", "says what is right elsewhere", lambda _: True, lambda answer: answer, Sense.OTHER
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one changed answer.

    Attributes:
        gain: Its score over that of the honest answer; None if it was refused.
        rule: The rule that refused it; empty if none did.
    """

    gain: float | None
    rule: str = ""


class Examiner:
    """Gives changed answers to a problem's trusted side, by the border that a policy's answers cross."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._trusted = Guarded(problem.evaluator)
        limits: Limits = problem.limits[Split.SEARCH]
        self._limits = ChildLimits(answer_bytes=limits.answer_bytes)
        self._encoder = AnswerEncoder(limits.answer_bytes)
        kind = problem.interface.Answer if problem.one_shot else problem.interface.Decision
        self._reader = ReplyReader(kind, {})

    def findings(self, honest: Sequence[Decided]) -> Iterator[Finding]:
        """Tries each honest answer once more, then on another instance, then with every change."""
        yield self._again(honest)
        yield self._swapped(honest)
        for change in CHANGES:
            yield self._finding(change, honest)

    def _again(self, honest: Sequence[Decided]) -> Finding:
        tell = ("as it is", "is told the same answers again, in another order of instances")
        try:
            scores = {d.instance.name: self._score(d, d.decisions) for d in reversed(honest)}
        except InvalidAnswer as error:
            return Finding(Part.ANSWER, *tell, f"refuses: {error}", None, Verdict.DIFFERS)
        except TrustedSideBroken as error:
            return Finding(Part.ANSWER, *tell, str(error), None, Verdict.BREAKS)
        differing = [d for d in honest if scores[d.instance.name] != d.measurement.score]
        if not differing:
            return Finding(Part.ANSWER, *tell, "scores the same", 0.0, Verdict.HARMLESS)
        first = differing[0]
        now, name = scores[first.instance.name], first.instance.name
        outcome = f"scores {now:.6g} on {name}, but {first.measurement.score:.6g} the first time"
        return Finding(Part.ANSWER, *tell, outcome, None, Verdict.DIFFERS)

    def _swapped(self, honest: Sequence[Decided]) -> Finding:
        pairs = zip(honest, [*honest[1:], *honest[:1]], strict=True)
        tries = (self._scored(one, other.decisions) for one, other in pairs if one is not other)
        return _finding(_SWAP, tries)

    def _finding(self, change: Change, honest: Sequence[Decided]) -> Finding:
        return _finding(change, (tried for decided in honest for tried in self._tries(change, decided)))

    def _tries(self, change: Change, decided: Decided) -> Iterator[Tried]:
        for moment in spread(len(decided.decisions)):
            for version in change.versions(_as_it_travels(decided.decisions[moment])):
                yield self._tried(decided, moment, version)

    def _tried(self, decided: Decided, moment: int, version: object) -> Tried:
        body = self._encoder.encode(version)
        if isinstance(body, ChildFault):
            return Tried(None, body.rule)
        answer = self._reader.answer(body, self._limits)
        if isinstance(answer, Fault):
            return Tried(None, answer.rule)
        return self._scored(decided, (*decided.decisions[:moment], answer, *decided.decisions[moment + 1 :]))

    def _scored(self, decided: Decided, decisions: Sequence[Any]) -> Tried:
        try:
            return Tried(self._score(decided, decisions) - decided.measurement.score)
        except InvalidAnswer as error:
            return Tried(None, error.rule)

    def _score(self, decided: Decided, decisions: Sequence[Any]) -> float:
        if self._problem.one_shot:
            return self._trusted.measure(decided.instance, decisions[0]).score
        simulation = self._trusted.simulate(decided.instance)
        try:
            next(simulation)
            for decision in chain(decisions, repeat(decisions[-1], _PATIENCE)):
                simulation.send(decision)
        except StopIteration as end:
            return float(end.value.score)
        raise TrustedSideBroken(f"it asked {_PATIENCE} times more than before on {decided.instance.name}")


def _finding(change: Change, tries: Iterator[Tried]) -> Finding:
    try:
        found = list(tries)
    except TrustedSideBroken as error:
        return Finding(Part.ANSWER, change.name, change.aim, str(error), None, Verdict.BREAKS)
    accepted = [tried.gain for tried in found if tried.gain is not None]
    gain = sum(accepted) / len(accepted) if accepted else None
    return Finding(
        Part.ANSWER, change.name, change.aim, _told(found), gain, _verdict(change, found, accepted)
    )


def _verdict(change: Change, found: Sequence[Tried], accepted: Sequence[float]) -> Verdict:
    if not found:
        return Verdict.UNFIT
    if not accepted:
        return Verdict.STOPPED
    everywhere = len(accepted) == len(found)
    # A good answer may have a part too many; that each one has is not to be believed.
    gains = {
        Sense.NONE: max(accepted) > ROUNDING,
        Sense.BREACH: everywhere and sum(accepted) > ROUNDING,
        Sense.OTHER: everywhere and min(accepted) > ROUNDING,
    }
    if gains[change.sense]:
        return Verdict.GAINS
    return Verdict.DOUBTFUL if max(accepted) > MATTERS else Verdict.HARMLESS


def _told(found: Sequence[Tried]) -> str:
    rules = Counter(tried.rule for tried in found if tried.gain is None)
    if not found:
        return "no answer has such a part"
    refused = f"refused {rules.total()} of {len(found)} times"
    return f"{refused}: {', '.join(rule for rule, _ in rules.most_common())}" if rules else "always accepted"


def _as_it_travels(answer: object) -> object:
    return msgspec.json.decode(msgspec.json.encode(answer))
