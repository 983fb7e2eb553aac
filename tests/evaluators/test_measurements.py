"""Measurements by column are those that were made, one by one."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from evaluators.values import SCORE_SLACK, Evaluation, Measurement, Measurements
from problems.base import Split
from sandbox.faults import Fault, FaultKind

FAULT = Fault(FaultKind.TIMED_OUT, "deadline", "took too long")
MIXED = (
    Measurement("a", "g", "x", 0.25, {"late": 1.0, "cost": 4.0}),
    Measurement("b", "h", "x", 0.0, {}, FAULT, "so far"),
    Measurement("c", "g", "y", 0.75, {"cost": 8.0, "late": 3.0}),
    Measurement("d", "h", "y", 0.5, {"late": 5.0, "cost": 0.5}),
)


def scored(*scores: float) -> Evaluation:
    return Evaluation.of(
        Split.SEARCH, [Measurement(f"i{n}", "g", "b", score, {}) for n, score in enumerate(scores)]
    )


def test_each_is_as_it_was_made_however_it_is_looked_at() -> None:
    found = Measurements.of(MIXED)
    assert tuple(found) == MIXED
    assert [found[i] for i in range(-4, 4)] == [*MIXED, *MIXED]
    assert found[1:3] == MIXED[1:3]
    assert len(found) == 4
    with pytest.raises(IndexError):
        found[4]


def test_means_leave_out_what_failed_and_scores_do_not() -> None:
    found = Evaluation.of(Split.SEARCH, MIXED)
    assert found.metrics == {"late": 3.0, "cost": 12.5 / 3}
    assert found.metric("frob") == 0.0
    assert found.score == 0.375
    assert found.measurements.by_group() == {"g": 0.5, "h": 0.25}
    assert found.faults == (("b", FAULT),)
    assert found.printed == ("b", "so far")


def test_the_same_measurements_are_equal_in_whatever_order_their_metrics_came() -> None:
    turned = [replace(m, metrics=dict(sorted(m.metrics.items()))) for m in MIXED]
    assert Measurements.of(turned) == Measurements.of(MIXED)
    assert Measurements.of(turned[:3]) != Measurements.of(MIXED)


def test_a_simulator_that_tells_other_metrics_of_other_instances_is_told() -> None:
    other = Measurement("e", "g", "z", 0.5, {"late": 1.0})
    with pytest.raises(ValueError, match="e has other metrics than a"):
        Measurements.of([*MIXED, other])


@pytest.mark.parametrize(
    ("scores", "table", "faults"),
    [((0.5,), (1.0,), {}), ((0.5, 0.5), (), {}), ((0.5, 0.5), (1.0, 2.0), {0: FAULT})],
    ids=["a score is missing", "values are missing", "a value too many"],
)
def test_columns_that_do_not_fit_are_refused(
    scores: Sequence[float], table: Sequence[float], faults: dict[int, Fault]
) -> None:
    with pytest.raises(ValueError, match="do not fit each other"):
        Measurements((("a", "g", "x"), ("b", "g", "x")), scores, ("late",), table, faults, {})


@pytest.mark.parametrize(
    ("scores", "is_beyond"),
    [
        ((0.5, 1.0 + SCORE_SLACK / 2), False),
        ((1.0 + 2 * SCORE_SLACK, 0.5), True),
        ((math.nan, 2.0), True),
        ((), False),
    ],
)
def test_one_score_beyond_its_bound_is_enough(scores: Sequence[float], is_beyond: bool) -> None:
    assert scored(*scores).beyond_bound == is_beyond
