"""Fronts: what no other beats in one figure without losing in the other."""

import pandas as pd
import pytest

from dashboard.reading.fronts import Measure, front, measures

SCORE = Measure("search", "score", higher=True)
COST = Measure("metric cost", "cost", higher=False)
FRAME = pd.DataFrame({"search": [0.9, 0.5, 0.7, 0.7, None], "metric cost": [9.0, 1.0, 5.0, 6.0, 0.0]})


def test_a_front_has_what_nothing_beats_in_both() -> None:
    assert list(front(FRAME, COST, SCORE).index) == [1, 2, 0]


def test_the_sense_of_a_figure_turns_the_front() -> None:
    assert list(front(FRAME, Measure("metric cost", "cost", higher=True), SCORE).index) == [0]


def test_of_equals_the_first_stands_for_all() -> None:
    twice = pd.DataFrame({"search": [0.5, 0.5], "metric cost": [1.0, 1.0]})
    assert list(front(twice, COST, SCORE).index) == [0]


def test_a_figure_held_against_itself_leaves_its_best() -> None:
    assert list(front(FRAME, SCORE, SCORE).index) == [0]


def test_nothing_on_nothing_is_no_front() -> None:
    assert front(FRAME.head(0), COST, SCORE).empty


def test_a_metric_that_falls_while_the_score_rises_is_better_low() -> None:
    falling = FRAME.assign(**{"metric late": [1.0, 5.0, 3.0, 3.0, 0.0]})
    assert [m.higher for m in measures(falling) if m.label == "late"] == [False]


@pytest.mark.parametrize("figures", [[3.0] * 5, [None] * 5])
def test_a_figure_in_which_nobody_differs_is_left_out(figures: list[float | None]) -> None:
    frame = FRAME.assign(usd=pd.Series(figures, dtype=float), validation=pd.Series(figures, dtype=float))
    assert [measure.column for measure in measures(frame)] == ["search", "metric cost"]


def test_titles_say_the_sense() -> None:
    assert (SCORE.title, COST.title) == ("score, higher is better", "cost, lower is better")
