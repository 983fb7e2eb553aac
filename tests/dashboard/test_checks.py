"""What speaks for a candidate, and what against it."""

from dataclasses import replace

import msgspec
import pytest

from dashboard.data import RunLog
from dashboard.reading.checks import Check, Finding, by_rule, checks, scores, verification_of
from dashboard.reading.detail import Fault, detail_of
from evaluators.intervals import Interval
from evolve.runs.device_checks import Checks, DeviceCheck
from evolve.runs.rescoring import Rescoring
from evolve.runs.trial import Challenge
from evolve.runs.verifications import Verification, Verifications
from tests.evolve.runs.test_verifications import GOOD, lead, place

NONE = Verifications(None, ())


def champion(log: RunLog) -> int:
    assert log.state.champion is not None
    return log.state.champion.step


def verified(log: RunLog, **changes: object) -> Verifications:
    """A verification of the champion."""
    found: Verification = msgspec.structs.replace(GOOD, source=log.steps[champion(log)].id or "", **changes)
    return Verifications(found, (str(found.verdict.status),))


def titled(found: list[Check], title: str) -> Check:
    return next(check for check in found if check.title == title)


def test_a_champion_without_a_fault_holds_in_all_that_was_measured(done: RunLog) -> None:
    found = checks(done, detail_of(done, champion(done)), NONE, Checks())
    assert [(check.title, check.finding) for check in found] == [
        ("sandbox", Finding.HOLDS),
        ("faults", Finding.HOLDS),
        ("bound", Finding.HOLDS),
        ("champion", Finding.HOLDS),
        ("verification", Finding.OPEN),
    ]
    told = titled(found, "champion").told
    assert told.startswith("challenge ")
    assert "promoted: +0." in told
    assert told.endswith("and champion now")


def test_a_fault_fails_and_says_by_which_rule(done: RunLog) -> None:
    number = next(step.step for step in done.steps if step.faults)
    found = titled(checks(done, detail_of(done, number), NONE, Checks()), "faults")
    assert found.finding is Finding.FAILS
    assert found.told.endswith(f"{done.steps[number].faults[0][1]} 1")


def test_a_score_beyond_its_bound_fails(done: RunLog) -> None:
    detail = detail_of(done, champion(done))
    beyond = replace(detail, step=replace(detail.step, is_quarantined=True))
    found = checks(done, beyond, NONE, Checks())
    assert titled(found, "bound").finding is Finding.FAILS
    assert not [check for check in found if check.title == "verification"]


@pytest.mark.parametrize(
    ("challenge", "told"),
    [
        (None, "its challenge lapsed"),
        (
            Challenge(2, promoted=False, interval=None),
            "challenge 2, not promoted: it has a fault on validation",
        ),
        (
            Challenge(2, promoted=False, interval=Interval(0.01, -0.01, 0.03, 0.01, 24)),
            "challenge 2, not promoted: +0.0100 [-0.0100, +0.0300] over the champion of then",
        ),
    ],
)
def test_why_a_candidate_is_not_champion_is_said(
    done: RunLog, challenge: Challenge | None, told: str
) -> None:
    number = next(s.step for s in done.steps if s.validation is not None and s.operator != "seed")
    detail = detail_of(done, number)
    judged = replace(detail, challenge=challenge, step=replace(detail.step, is_promoted=False))
    found = titled(checks(done, judged, NONE, Checks()), "champion")
    assert found.finding is Finding.OPEN
    assert found.told.startswith(told)


def test_who_never_challenged_is_told_why(done: RunLog) -> None:
    number = next(step.step for step in done.steps if step.reason == "no_challenge")
    assert titled(checks(done, detail_of(done, number), NONE, Checks()), "champion").told.startswith(
        "never challenged"
    )


def test_a_verification_of_the_candidate_is_told_with_what_it_rests_on(done: RunLog) -> None:
    found = checks(done, detail_of(done, champion(done)), verified(done), Checks())
    assert titled(found, "verification").finding is Finding.HOLDS
    assert titled(found, "repeatability").finding is Finding.HOLDS
    assert titled(found, "holdout").told == "looked at 1 time from this store by then"


def test_measurements_that_disagree_and_many_looks_are_no_good_signs(done: RunLog) -> None:
    found = checks(done, detail_of(done, champion(done)), verified(done, differing=3, looks=7), Checks())
    assert titled(found, "verification").finding is Finding.FAILS
    assert titled(found, "repeatability").finding is Finding.FAILS
    assert titled(found, "holdout").finding is Finding.OPEN


@pytest.mark.parametrize(("shift", "finding"), [(0.0, Finding.HOLDS), (0.25, Finding.FAILS)])
def test_scores_that_came_out_otherwise_later_do_not_hold(
    done: RunLog, shift: float, finding: Finding
) -> None:
    detail = detail_of(done, champion(done))
    assert detail.step.search is not None
    now = detail.step.search - shift
    anew = Rescoring(0.0, 2, (), (None, None), {champion(done): {"search": now}}, 0, 0)
    found = titled(checks(done, replace(detail, rescored=(anew,)), NONE, Checks()), "measured anew")
    assert found.finding is finding
    assert found.told.endswith(f" -> {now:.4f}, by version 2 of the problem")


def test_a_verification_of_another_candidate_is_not_taken_for_this_one(done: RunLog) -> None:
    assert verification_of(done, done.steps[0], verified(done)) is None


def test_scores_stand_by_split_beside_parent_and_best_baseline(done: RunLog) -> None:
    step = done.steps[champion(done)]
    best = done.problem.best_baseline.name
    leads = [lead(0.05, 0.15, against=best), lead(0.0, 0.1, against=best, tuned=True)]
    frame = scores(done, step, verified(done, places=[place("holdout", *leads)]))
    by_policy = {name: list(part["split"]) for name, part in frame.groupby("policy", sort=False)}
    assert by_policy == {
        f"step {step.step}": ["search", "validation", "holdout"],
        f"parent, step {step.parents[0]}": ["search"],
        best: ["search", "validation", "holdout"],
    }
    assert list(frame[frame["split"] == "holdout"]["score"]) == pytest.approx([0.9, 0.8])


def test_scores_of_another_candidate_have_no_holdout(done: RunLog) -> None:
    frame = scores(done, done.steps[3], verified(done))
    assert set(frame["split"]) == {"search", "validation"}
    assert f"champion, step {champion(done)}" in set(frame["policy"])


def test_faults_are_counted_by_rule_the_most_frequent_first() -> None:
    faults = [
        Fault("search", "a", "raised", "exception", "one"),
        Fault("search", "b", "invalid", "duplicate_index", "two"),
        Fault("search", "c", "invalid", "duplicate_index", "three"),
    ]
    assert by_rule(faults).values.tolist() == [
        ["invalid", "duplicate_index", 2, "search, b", "two"],
        ["raised", "exception", 1, "search, a", "one"],
    ]


def device_check(step: int, status: str) -> DeviceCheck:
    return DeviceCheck(
        problem="toy-order", step=step, status=status, reason="as it came out", machine={}, device="a GPU",
        evidence=True, device_s=1.0, tau=None, lead=None, against=None, unit="", tokens=1, rounds=1, cases=[],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "finding"),
    [
        ("verified", Finding.HOLDS),
        ("contradicted", Finding.FAILS),
        ("not verified", Finding.OPEN),
    ],
)
def test_what_a_device_said_of_the_candidate_counts(done: RunLog, status: str, finding: Finding) -> None:
    said = Checks((device_check(champion(done), status),))
    found = titled(checks(done, detail_of(done, champion(done)), NONE, said), "device")
    assert (found.finding, found.told) == (finding, f"{status} on a GPU: as it came out; 1 s of the device")


def test_what_a_device_said_of_another_champion_does_not_count(done: RunLog) -> None:
    said = Checks((device_check(0, "verified"),))
    found = checks(done, detail_of(done, champion(done)), NONE, said)
    assert "device" not in {check.title for check in found}


def test_a_champion_whose_decisions_are_kernels_is_said_to_lack_a_device(done: RunLog) -> None:
    done.problem = replace(done.problem, name="eplb")
    said = Checks((device_check(0, "verified"),))
    found = titled(checks(done, detail_of(done, champion(done)), NONE, said), "device")
    assert found.finding is Finding.OPEN
    assert found.told == ("not verified (no device); the run has another check: adrs gpu verify done")
    assert "device" not in {check.title for check in checks(done, detail_of(done, 0), NONE, Checks())}
