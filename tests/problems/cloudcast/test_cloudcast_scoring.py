"""Every broken walk is refused by rule and element, and valid ones are measured."""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.base import Instance, InvalidAnswer, Limits, Split
from problems.cloudcast.instances import generate
from problems.cloudcast.scoring import Broadcast

A, B, C, D = "aws:a", "aws:b", "azure:c", "gcp:d"
SQUARE: Mapping[tuple[str, str], tuple[float, float]] = {
    (A, B): (0.02, 5.0),
    (A, C): (0.09, 5.0),
    (B, C): (0.09, 5.0),
    (C, D): (0.02, 9.0),
    (D, B): (0.12, 6.0),
    (B, A): (0.02, 5.0),
    (C, A): (0.05, 5.0),
}
"""Edges 0 to 6."""

METRICS = {
    *("cost_usd", "egress_usd", "vm_usd", "transfer_s", "sd_cost_usd", "walk_edges", "relays", "trees"),
}


@pytest.fixture(scope="module")
def square(sent: Callable[..., Instance]) -> Instance:
    """To B and D in two partitions."""
    return sent(SQUARE, B, D, partitions=2)


GOOD = ((0,), (0,))


@pytest.mark.parametrize(
    ("answer", "rule", "element"),
    [
        ((), "wrong_destinations", "[0]"),
        ((GOOD,), "wrong_destinations", "[1]"),
        ((GOOD, GOOD, GOOD), "wrong_destinations", "[2]"),
        (((), ()), "wrong_partitions", "[0][0]"),
        ((GOOD, ((1, 3),)), "wrong_partitions", "[1][1]"),
        ((GOOD, ((1, 3), (1, 3), (1, 3))), "wrong_partitions", "[1][2]"),
        ((GOOD, ((1, 3), ())), "walk_empty", "[1][1]"),
        ((GOOD, ((1, 3), (1, 7))), "edge_out_of_range", "[1][1][1]"),
        ((((-7,), (0,)), GOOD), "edge_out_of_range", "[0][0][0]"),
        ((((0,), (10**30,)), GOOD), "edge_out_of_range", "[0][1][0]"),
        ((((True,), (0,)), GOOD), "edge_out_of_range", "[0][0][0]"),
        ((((0.0,), (0,)), GOOD), "edge_out_of_range", "[0][0][0]"),
        ((GOOD, ((3,), (1, 3))), "walk_wrong_start", "[1][0][0]"),
        ((GOOD, ((0, 3), (1, 3))), "walk_broken", "[1][0][1]"),
        ((GOOD, ((1, 3, 0), (1, 3))), "walk_broken", "[1][0][2]"),
        ((GOOD, ((0, 5, 1, 3), (1, 3))), "walk_revisits", "[1][0][1]"),
        ((GOOD, ((0, 2, 3, 4), (1, 3))), "walk_revisits", "[1][0][3]"),
        ((((0, 5), (0,)), GOOD), "walk_revisits", "[0][0][1]"),
        ((((1,), (0,)), GOOD), "walk_wrong_end", "[0][0][0]"),
        ((GOOD, ((1, 3), (0,))), "walk_wrong_end", "[1][1][0]"),
        ((GOOD, ((1, 3), (0, 2))), "walk_wrong_end", "[1][1][1]"),
    ],
)
def test_an_answer_that_breaks_a_rule_is_refused_by_rule_and_element(
    square: Instance, answer: tuple[tuple[tuple[int, ...], ...], ...], rule: str, element: str
) -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        Broadcast().measure(square, answer)
    assert (refusal.value.rule, refusal.value.element) == (rule, element)


def test_a_walk_is_checked_against_its_own_destination(square: Instance) -> None:
    # The walk was right for B; checked walks are not taken for granted to D.
    with pytest.raises(InvalidAnswer, match="expected to end at gcp:d, but the walk ends at aws:b"):
        Broadcast().measure(square, (GOOD, GOOD))


def test_a_refusal_names_regions(square: Instance) -> None:
    with pytest.raises(InvalidAnswer, match="expected an edge out of aws:b, but edge 3 leaves azure:c"):
        Broadcast().measure(square, (GOOD, ((0, 3), (1, 3))))


def test_the_score_is_least_egress_over_cost(square: Instance) -> None:
    outcome = Broadcast().measure(square, (GOOD, ((1, 3), (1, 3))))
    assert square.data.bound_usd == pytest.approx(300 * (0.02 + 0.09 + 0.02))
    # 2400 Gbit at 5 Gbit/s, half of what AWS sends, and four regions of two VMs.
    assert outcome.metrics["cost_usd"] == pytest.approx(39.0 + 4 * 2 * 0.54 / 3600 * 480)
    assert outcome.score == pytest.approx(39.0 / outcome.metrics["cost_usd"])


def test_metrics_describe_the_walks(square: Instance) -> None:
    metrics = Broadcast().measure(square, (GOOD, ((1, 3), (0, 2, 3)))).metrics
    assert metrics["walk_edges"] == (1 + 1 + 2 + 3) / 4
    assert (metrics["relays"], metrics["trees"]) == (1.0, 2.0)
    assert metrics["sd_cost_usd"] < metrics["cost_usd"]
    assert set(metrics) == METRICS


def test_direct_copies_use_no_relay_and_one_tree(sent: Callable[..., Instance]) -> None:
    metrics = Broadcast().measure(sent(SQUARE, B, C), (((0,),) * 10, ((1,),) * 10)).metrics
    assert (metrics["walk_edges"], metrics["relays"], metrics["trees"]) == (1.0, 0.0, 1.0)


@given(orders=st.lists(st.permutations(range(12)), min_size=5, max_size=5))
@settings(max_examples=80, deadline=None)
def test_no_answer_at_all_beats_the_bound(orders: list[list[int]]) -> None:
    (case,) = generate(Split.SMOKE)
    task = case.data.task(1.0)
    pairs = zip(task.sources.tolist(), task.targets.tolist(), strict=True)
    edge = {pair: number for number, pair in enumerate(pairs)}
    answer = []
    for destination in task.destinations:
        stops = [[region for region in order if region != task.source] for order in orders]
        cut = [[task.source, *order[: order.index(destination) + 1]] for order in stops]
        walks = [tuple(edge[pair] for pair in pairwise(w)) for w in cut]
        answer.append(tuple(walks))
    outcome = Broadcast().measure(case, tuple(answer))
    assert 0.0 < outcome.score < 1.0
    assert set(outcome.metrics) == METRICS
    assert all(math.isfinite(value) for value in outcome.metrics.values())


def test_a_task_tells_the_budget(square: Instance) -> None:
    assert Broadcast().task(square, Limits(solve_cpu_s=2.5)).cpu_s == 2.5
