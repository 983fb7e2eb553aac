"""Rank agreement and verdicts, on cases made by hand."""

import numpy as np
import pytest

from evaluators.gpu.verdict import Case, Status, agreement, disagreements, verdict

PLACES = [f"place {i}" for i in range(10)]


def cases(simulated: dict[str, float], measured: dict[str, float]) -> list[Case]:
    """Policies by name on ten places, with a little that differs from place to place."""
    return [
        Case(name, place, place, simulated[name] + 0.01 * i, measured[name] + 0.01 * i, 1.0)
        for i, place in enumerate(PLACES)
        for name in simulated
    ]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_the_same_order_everywhere_is_full_agreement() -> None:
    found = agreement(cases({"a": 0.5, "b": 0.6, "c": 0.7}, {"a": 0.1, "b": 0.2, "c": 0.9}), rng())
    assert found is not None
    assert (found.tau, found.low, found.high, found.pairs, found.blocks) == (1.0, 1.0, 1.0, 30, 10)


def test_one_pair_of_three_turned_round_leaves_a_third() -> None:
    found = agreement(cases({"a": 0.5, "b": 0.6, "c": 0.7}, {"a": 0.1, "b": 0.9, "c": 0.5}), rng())
    assert found is not None
    assert found.tau == pytest.approx(1 / 3)


def test_policies_that_decide_alike_say_nothing_of_ranks() -> None:
    assert agreement(cases({"a": 0.5, "b": 0.5}, {"a": 0.1, "b": 0.2}), rng()) is None


def test_places_are_compared_within_themselves_alone() -> None:
    found = [Case("a", "easy", "easy", 0.9, 0.1, 1.0), Case("b", "hard", "hard", 0.1, 0.9, 1.0)]
    assert agreement(found, rng()) is None


def test_pairs_the_other_way_round_are_listed_widest_first() -> None:
    found = disagreements(cases({"a": 0.5, "b": 0.6, "c": 0.7}, {"a": 0.9, "b": 0.2, "c": 0.3}))
    assert {(d.first, d.second) for d in found} == {("a", "b"), ("a", "c")}
    assert [abs(d.measured) for d in found] == sorted((abs(d.measured) for d in found), reverse=True)


@pytest.mark.parametrize(
    ("measured", "status"),
    [(0.9, Status.VERIFIED), (0.3, Status.CONTRADICTED), (0.5, Status.NOT_VERIFIED)],
)
def test_a_lead_of_the_simulator_is_judged_by_the_device(measured: float, status: Status) -> None:
    found = verdict(
        cases({"champion": 0.7, "other": 0.6}, {"champion": measured, "other": 0.5}),
        "champion",
        rng(),
        is_evidence=True,
    )
    assert (found.status, found.against) == (status, "other")


def test_without_a_lead_in_the_simulator_there_is_nothing_to_verify() -> None:
    found = verdict(
        cases({"champion": 0.5, "other": 0.6}, {"champion": 0.9, "other": 0.5}),
        "champion",
        rng(),
        is_evidence=True,
    )
    assert found.status is Status.NOT_VERIFIED
    assert "no lead over other" in found.reason


def test_the_champion_is_not_compared_with_its_double() -> None:
    simulated = {"champion": 0.7, "double": 0.7, "other": 0.6}
    found = verdict(cases(simulated, simulated), "champion", rng(), is_evidence=True)
    assert found.against == "other"


def test_a_rehearsal_verifies_nothing() -> None:
    simulated = {"champion": 0.7, "other": 0.6}
    found = verdict(cases(simulated, simulated), "champion", rng(), is_evidence=False)
    assert found.status is Status.NOT_VERIFIED


def test_few_blocks_verify_nothing() -> None:
    simulated = {"champion": 0.7, "other": 0.6}
    found = verdict(cases(simulated, simulated)[:6], "champion", rng(), is_evidence=True)
    assert found.status is Status.NOT_VERIFIED
    assert found.reason == "3 blocks are too few for an interval"
