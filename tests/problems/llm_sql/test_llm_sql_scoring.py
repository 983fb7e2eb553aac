import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.base import Instance, InvalidAnswer, Limits, Split
from problems.llm_sql.instances import instance
from problems.llm_sql.interface import Answer, Row, Task, answered, hit_rate, units
from problems.llm_sql.scoring import Reordering
from problems.llm_sql.tables import Table

METRICS = {
    "hit_rate",
    "characters",
    "missed_characters",
    "orders",
    "common_opening",
    "lateness",
    "upper_bound",
}


def three() -> Instance:
    rows: tuple[Row, ...] = (("x", "same", "1"), ("y", "same", "2"), ("z", "same", "3"))
    return instance("three", Table(("a", "b", "c"), rows, merged=((2, 0),)))


def answer(*orders: tuple[int, ...], rows: tuple[int, ...] = (0, 0, 0)) -> Answer:
    return Answer(orders=orders, rows=rows)


GOOD = (1, 2, 0)


@pytest.mark.parametrize(
    ("given_", "rule", "element"),
    [
        (answer(GOOD, rows=(0, 0)), "wrong_rows", ".rows"),
        (answer(GOOD, rows=(0, 0, 0, 0)), "wrong_rows", ".rows"),
        (answer(GOOD, rows=()), "wrong_rows", ".rows"),
        (answer(GOOD, GOOD, GOOD, GOOD), "too_many_orders", ".orders[3]"),
        (answer(GOOD, rows=(0, 1, 0)), "order_out_of_range", ".rows[1]"),
        (answer(GOOD, rows=(0, 0, -1)), "order_out_of_range", ".rows[2]"),
        (answer(GOOD, rows=(0, True, 0)), "order_out_of_range", ".rows[1]"),
        (answer(GOOD, rows=(10**40, 0, 0)), "order_out_of_range", ".rows[0]"),
        (answer(), "order_out_of_range", ".rows[0]"),
        (answer((1, 2, 0, 1)), "wrong_columns", ".orders[0][3]"),
        (answer((1, 3, 0)), "column_out_of_range", ".orders[0][1]"),
        (answer((1, -1, 0)), "column_out_of_range", ".orders[0][1]"),
        (answer((True, 2, 0)), "column_out_of_range", ".orders[0][0]"),
        (answer((1, 1, 0)), "column_repeated", ".orders[0][1]"),
        (answer((1, 2)), "column_missing", ".orders[0][2]"),
        (answer(()), "column_missing", ".orders[0][0]"),
        (answer((2, 1, 0)), "merged_columns_apart", ".orders[0][0]"),
        (answer((1, 0, 2)), "merged_columns_apart", ".orders[0][2]"),
        # An order that no row takes is held to the same rules.
        (answer(GOOD, (0, 1, 2)), "merged_columns_apart", ".orders[1][2]"),
    ],
)
def test_an_answer_that_orders_no_table_is_refused_by_rule_and_element(
    given_: Answer, rule: str, element: str
) -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        Reordering().measure(three(), given_)
    assert (refusal.value.rule, refusal.value.element) == (rule, element)


def test_a_refusal_says_what_was_expected_and_what_came() -> None:
    with pytest.raises(
        InvalidAnswer, match=r"expected the merged columns \[2, 0\] side by side, but got \[2\]"
    ):
        Reordering().measure(three(), answer((1, 0, 2)))


def test_the_score_is_the_share_of_characters_served() -> None:
    outcome = Reordering().measure(three(), answer((1, 2, 0)))
    assert outcome.score == pytest.approx(8 / 18, abs=1e-15)
    assert outcome.metrics["missed_characters"] == 10.0
    assert outcome.metrics["characters"] == 18.0


def test_late_repeats_are_served_less() -> None:
    assert Reordering().measure(three(), answer((2, 0, 1))).score == 0.0


def test_every_row_is_written_in_its_own_order() -> None:
    mixed = Reordering().measure(three(), answer((1, 2, 0), (2, 0, 1), rows=(0, 0, 1)))
    assert mixed.score == pytest.approx(4 / 18, abs=1e-15)
    assert mixed.metrics["orders"] == 2.0
    assert mixed.metrics["common_opening"] == pytest.approx(2 / 3)


def test_orders_that_no_row_takes_are_not_counted() -> None:
    assert Reordering().measure(three(), answer((1, 2, 0), (2, 0, 1))).metrics["orders"] == 1.0


@pytest.mark.parametrize(("order", "lateness"), [((0, 1), 0.25), ((1, 0), 0.75)])
def test_lateness_is_the_mean_place_of_a_character(order: tuple[int, ...], lateness: float) -> None:
    case = instance("two", Table(("a", "b"), (("long", "s"), ("long", "st"), ("long", "s"))))
    # Twelve characters in the first column, four in the second.
    assert Reordering().measure(case, answer(order)).metrics["lateness"] == lateness


@pytest.mark.parametrize(("cell", "score"), [("", 0.0), ("a", 0.5)])
def test_tables_without_characters_or_of_one_column_are_measured(cell: str, score: float) -> None:
    case = instance("bare", Table(("only",), ((cell,), (cell,))))
    outcome = Reordering().measure(case, Answer(orders=((0,),), rows=(0, 0)))
    assert (outcome.score, outcome.metrics["lateness"]) == (score, 0.0)


ROWS = st.lists(st.tuples(*[st.text(alphabet="ab", max_size=3)] * 3), min_size=1, max_size=8)


@given(rows=ROWS, data=st.data())
@settings(max_examples=100, deadline=None)
def test_no_answer_scores_above_one_and_each_scores_what_the_policy_can_compute(
    rows: list[Row], data: st.DataObject
) -> None:
    orders = [tuple(data.draw(st.permutations(range(3)))) for _ in rows]
    case = instance("drawn", Table(("a", "b", "c"), tuple(rows)))
    outcome = Reordering().measure(case, answered(orders))
    assert 0.0 <= outcome.score < 1.0
    task = Reordering().task(case, Limits())
    assert outcome.score == pytest.approx(hit_rate(task, answered(orders)), abs=1e-12)


def test_all_tables_have_the_same_finite_metrics(generated: Callable[[Split], tuple[Instance, ...]]) -> None:
    rng = random.Random(0)
    for case in (*generated(Split.SMOKE), *generated(Split.SEARCH)):
        moved = list(units(Reordering().task(case, Limits())))
        orders = []
        for _ in range(4):
            rng.shuffle(moved)
            orders.append(tuple(column for unit in moved for column in unit))
        rows = tuple(rng.randrange(4) for _ in case.data.rows)
        outcome = Reordering().measure(case, Answer(orders=tuple(orders), rows=rows))
        assert set(outcome.metrics) == METRICS
        assert all(math.isfinite(value) for value in outcome.metrics.values())
        assert 0.0 < outcome.score < 1.0


def test_a_task_tells_the_table_and_the_budget() -> None:
    case = three()
    task = Reordering().task(case, Limits(solve_cpu_s=2.5))
    assert task == Task(
        columns=("a", "b", "c"), rows=case.data.rows, merged=((2, 0),), determines=(), cpu_s=2.5
    )
