"""Which stage a candidate meets next."""

from evaluators.cascade import Continue, Stop, cascade
from evaluators.values import Evaluation, Measurement
from problems.base import Split
from sandbox.faults import Fault, FaultKind

FAULT = Fault(FaultKind.RAISED, "exception", "boom")


def evaluation(stage: Split, *, fault: Fault | None = None, complete: bool = True) -> Evaluation:
    score = 0.0 if fault else 0.5
    return Evaluation.of(stage, (Measurement("i", "g", "b", score, {}, fault),), complete=complete)


SMOKE, SEARCH = evaluation(Split.SMOKE), evaluation(Split.SEARCH)
always = cascade(challenges=lambda _: True)
never = cascade(challenges=lambda _: False)


def test_everyone_meets_smoke_first() -> None:
    assert always({}) == Continue(Split.SMOKE)


def test_a_fault_on_smoke_ends_it() -> None:
    assert always({Split.SMOKE: evaluation(Split.SMOKE, fault=FAULT)}) == Stop("faulty")


def test_search_follows_smoke() -> None:
    assert never({Split.SMOKE: SMOKE}) == Continue(Split.SEARCH)


def test_only_challengers_meet_validation() -> None:
    found = {Split.SMOKE: SMOKE, Split.SEARCH: SEARCH}
    assert always(found) == Continue(Split.VALIDATION)
    assert never(found) == Stop("no_challenge")


def test_an_incomplete_or_faulty_search_cannot_challenge() -> None:
    half = {Split.SMOKE: SMOKE, Split.SEARCH: evaluation(Split.SEARCH, complete=False)}
    assert always(half) == Stop("incomplete")
    assert always(half | {Split.SEARCH: evaluation(Split.SEARCH, fault=FAULT)}) == Stop("faulty")


def test_after_validation_there_is_no_more() -> None:
    found = {Split.SMOKE: SMOKE, Split.SEARCH: SEARCH, Split.VALIDATION: evaluation(Split.VALIDATION)}
    assert always(found) == Stop("measured")
