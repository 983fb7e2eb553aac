"""What follows from a verification, in words."""

import msgspec
import pytest

from evolve.runs.verifications import Lead, Place, PublishedGap, Status, Verification


def lead(low: float, high: float, *, against: str = "graham", tuned: bool = False) -> Lead:
    return Lead(against=against, tuned=tuned, difference=(low + high) / 2, low=low, high=high, blocks=24)


AHEAD, UNSURE, BEHIND = lead(0.01, 0.03), lead(-0.01, 0.03), lead(-0.03, -0.01)


def place(title: str = "validation", *leads: Lead, decides: bool = True) -> Place:
    return Place(
        title=title,
        workload="generated",
        split=title if decides else "validation",
        decides=decides,
        score=0.9,
        instances=24,
        faults=0,
        fault=None,
        leads=list(leads),
        dialects={},
    )


GOOD = Verification(
    policy="mine",
    source="0" * 64,
    step=None,
    problem="txn",
    version=1,
    workload="generated",
    evals=100,
    places=[
        place("validation", AHEAD, lead(0.02, 0.04, tuned=True)),
        place("holdout", AHEAD, lead(0.01, 0.05, tuned=True)),
        place("hotter", UNSURE, decides=False),
    ],
    differing=0,
    optimality_gap=0.1,
    worst=("zipf-1", 0.5),
    decisions=None,
    gap=None,
    looks=1,
    noise_floor=0.004,
    notes=[],
)


def with_places(*places: Place) -> Verification:
    return msgspec.structs.replace(GOOD, places=list(places))


def test_leads_above_zero_wherever_it_counts_are_verified() -> None:
    assert str(GOOD.verdict) == (
        "verified: ahead of graham, graham, tuned on validation and holdout, each with a 95 % interval "
        "above 0"
    )


def test_where_a_rival_is_ahead_elsewhere_limits_what_is_verified() -> None:
    found = with_places(*GOOD.places[:2], place("hotter", BEHIND, decides=False))
    assert found.verdict.status is Status.VERIFIED
    assert found.verdict.limits == ("behind graham on hotter: -0.0200 [-0.0300, -0.0100]",)


LATE = msgspec.structs.replace(place("validation"), score=None)
FAULTY = msgspec.structs.replace(place("validation", AHEAD), faults=2, fault="memory on zipf-1")
GAP = PublishedGap(lead=0.3, validation=0.01, low=-0.1, high=0.1, suspicious=True)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (with_places(LATE), "it ran out of time on validation"),
        (with_places(FAULTY), "2 of 24 instances of validation ended with a fault: memory on zipf-1"),
        (msgspec.structs.replace(GOOD, differing=3), "two fresh measurements disagree on 3 instances"),
        (with_places(GOOD.places[0], place("holdout", AHEAD, BEHIND)), "behind graham on holdout: -0.0200"),
        (msgspec.structs.replace(GOOD, gap=GAP), "while validation explains at most +0.1000"),
    ],
)
def test_what_speaks_against_it_refutes_it(found: Verification, reason: str) -> None:
    assert found.verdict.status is Status.REFUTED
    assert reason in str(found.verdict)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (
            with_places(place("validation", AHEAD), place("holdout", UNSURE)),
            "over graham on holdout is not sure",
        ),
        (with_places(place("validation", AHEAD)), "its workload has no holdout split"),
        (with_places(place("validation"), place("holdout", AHEAD)), "beside no rival on validation"),
        (msgspec.structs.replace(GOOD, evals=0), "no rival's constants were tuned"),
        (msgspec.structs.replace(GOOD, noise_floor=0.025), "is below the problem's noise floor of 0.0250"),
    ],
)
def test_what_is_missing_leaves_it_unverified(found: Verification, reason: str) -> None:
    assert found.verdict.status is Status.NOT_VERIFIED
    assert reason in str(found.verdict)


def test_few_blocks_are_no_lead() -> None:
    few = msgspec.structs.replace(AHEAD, low=None, high=None, blocks=3)
    found = with_places(place("validation", few), place("holdout", AHEAD))
    assert "is not sure: +0.0200 (no interval: 3 blocks, 8 needed)" in str(found.verdict)
