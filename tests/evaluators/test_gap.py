"""A lead on PUBLISHED is suspicious only where VALIDATION does not let one expect it."""

from collections.abc import Sequence

import pytest

from evaluators.gap import Gap, Pair, gap
from evaluators.values import Measurement


def pair(leads: Sequence[float]) -> Pair:
    """A policy and a reference on one instance a block, so far apart."""
    policy = [Measurement(f"i{n}", f"g{n}", f"b{n}", 0.5 + lead, {}) for n, lead in enumerate(leads)]
    reference = [Measurement(f"i{n}", f"g{n}", f"b{n}", 0.5, {}) for n in range(len(leads))]
    return policy, reference


SPREAD = [-0.04, -0.02, 0.0, 0.02, 0.04] * 4


def test_the_prediction_is_students_for_as_many_new_blocks_as_published_has() -> None:
    found = gap(pair([0.1, 0.1, 0.1]), pair(SPREAD))
    # t(19, 0.975) = 2.0930, sd of SPREAD = 0.029019, and sqrt(1/20 + 1/3) = 0.619139
    assert found.lead == pytest.approx(0.1)
    assert found.validation == pytest.approx(0.0, abs=1e-12)
    assert found.low == pytest.approx(-0.037605, abs=1e-6)
    assert found.high == pytest.approx(0.037605, abs=1e-6)
    assert found.suspicious


def test_a_lead_within_the_prediction_is_believed() -> None:
    assert not gap(pair([0.03, 0.03, 0.03]), pair(SPREAD)).suspicious


def test_answers_that_are_carried_along_are_noticed_even_if_they_only_equal_the_reference() -> None:
    assert gap(pair([0.0]), pair([lead - 0.3 for lead in SPREAD])).suspicious


def test_who_stays_behind_the_reference_claims_nothing() -> None:
    assert not gap(pair([-0.01]), pair([lead - 0.3 for lead in SPREAD])).suspicious


def test_a_policy_like_the_reference_in_all_but_rounding_is_not_suspected() -> None:
    assert not gap(pair([1e-16]), pair([0.0] * 8)).suspicious


def test_under_eight_blocks_nothing_is_predicted() -> None:
    assert gap(pair([0.5]), pair([0.0] * 7)) == Gap(0.5, 0.0, None, None)
    assert not gap(pair([0.5]), pair([0.0] * 7)).suspicious


def test_the_two_sets_must_be_paired() -> None:
    policy, _ = pair([0.1] * 8)
    _, reference = pair([0.1] * 9)
    with pytest.raises(ValueError, match="same instances"):
        gap((policy, reference), pair(SPREAD))
