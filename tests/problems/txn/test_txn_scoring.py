import math
import random

import pytest

from problems.base import Instance, InvalidAnswer, Limits, Split
from problems.txn.instances import generate, instance
from problems.txn.interface import IDLE, READ, WRITE, Transaction
from problems.txn.scoring import Ordering

WRITER: Transaction = ((WRITE, 1), (READ, 2))
LONG: Transaction = ((READ, 9), *((IDLE, -1),) * 5)


def four() -> Instance:
    return instance("four", [WRITER, LONG, WRITER, WRITER])


@pytest.mark.parametrize(
    ("answer", "rule", "element"),
    [
        ((0, 1, 2, 4), "index_out_of_range", "[3]"),
        ((0, -1, 2, 3), "index_out_of_range", "[1]"),
        ((0, True, 2, 3), "index_out_of_range", "[1]"),
        ((0, 1.0, 2, 3), "index_out_of_range", "[1]"),
        ((0, 1, 2, 1), "duplicate_index", "[3]"),
        ((3, 3, 9), "duplicate_index", "[1]"),
        ((0, 1, 3), "missing_index", "[3]"),
        ((), "missing_index", "[0]"),
        ((0, 1, 2, 3, 0), "wrong_length", "[4]"),
    ],
)
def test_an_answer_that_is_no_order_is_refused_by_rule_and_element(
    answer: tuple[int, ...], rule: str, element: str
) -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        Ordering().measure(four(), answer)
    assert (refusal.value.rule, refusal.value.element) == (rule, element)


def test_a_refusal_says_what_is_missing() -> None:
    with pytest.raises(InvalidAnswer, match="2 of 4 indices are missing, the first is 1"):
        Ordering().measure(four(), (0, 3))


def test_the_score_is_bound_over_makespan() -> None:
    # Three writers of one key need 3 starts in turn, so 4 steps; the long one alone needs 6.
    outcome = Ordering().measure(four(), (0, 2, 3, 1))
    assert outcome.score == 1.0
    assert (outcome.metrics["bound"], outcome.metrics["makespan"]) == (6.0, 6.0)


def test_a_worse_order_scores_less() -> None:
    crossing: Transaction = ((WRITE, 2), (WRITE, 1))
    case = instance("crossing", [((WRITE, 1), (WRITE, 2)), crossing, ((WRITE, 2),)])
    best = Ordering().measure(case, (2, 0, 1))
    worse = Ordering().measure(case, (0, 2, 1))
    assert (best.metrics["makespan"], worse.metrics["makespan"]) == (4.0, 5.0)
    assert worse.score == best.score * 4 / 5


@pytest.mark.parametrize(("order", "expected"), [((0, 1, 2), 1.0), ((2, 1, 0), 0.0), ((1, 0, 2), 0.75)])
def test_length_order_goes_from_longest_first_to_shortest_first(
    order: tuple[int, ...], expected: float
) -> None:
    case = instance("lengths", [LONG[:1], LONG[:2], LONG[:3]])
    assert Ordering().measure(case, order).metrics["length_order"] == expected


def test_length_order_is_in_the_middle_where_all_are_equally_long() -> None:
    case = instance("equal", [WRITER, WRITER])
    assert Ordering().measure(case, (1, 0)).metrics["length_order"] == 0.5


def test_adjacency_is_the_share_of_conflicting_neighbours() -> None:
    assert Ordering().measure(four(), (0, 2, 3, 1)).metrics["adjacency"] == pytest.approx(2 / 3)
    assert Ordering().measure(four(), (0, 1, 2, 3)).metrics["adjacency"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_adjacency_knows_reader_and_writer_either_way_round(order: tuple[int, ...]) -> None:
    case = instance("pair", [((READ, 1),), ((WRITE, 1),)])
    assert Ordering().measure(case, order).metrics["adjacency"] == 1.0


def test_a_single_transaction_is_measured() -> None:
    outcome = Ordering().measure(instance("one", [LONG]), (0,))
    assert outcome.score == 1.0
    assert outcome.metrics["adjacency"] == 0.0


def test_any_order_of_any_instance_has_the_same_finite_metrics_and_a_score_within_one() -> None:
    rng = random.Random(0)
    for case in (*generate(Split.SMOKE), *generate(Split.SEARCH)):
        outcome = Ordering().measure(case, tuple(rng.sample(range(len(case.data)), len(case.data))))
        assert set(outcome.metrics) == {"makespan", "bound", "length_order", "adjacency"}
        assert all(math.isfinite(value) for value in outcome.metrics.values())
        assert 0.0 < outcome.score <= 1.0


def test_a_task_tells_the_transactions_and_the_budget() -> None:
    case = four()
    task = Ordering().task(case, Limits(solve_cpu_s=2.5))
    assert (task.transactions, task.cpu_s) == (case.data, 2.5)
