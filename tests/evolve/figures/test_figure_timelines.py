"""What a trace's picture shows, and what it leaves out."""

import pytest

from evaluators.timeline import Row
from evolve.figures.progress import NothingToDraw
from evolve.figures.style import rendered
from evolve.figures.timelines import Timelines


def row(step: int, decision: str, **told: float | str) -> Row:
    return {"step": step, "seen": step * step, "decision": decision, **told}


STOPPED = [row(0, "go", cost_usd=1.0, forced=False), row(1, "stop", cost_usd=1.0, forced=False)]
WENT_ON = [row(0, "go", cost_usd=1.0, forced=False), row(1, "go", cost_usd=2.0, forced=True)]


def test_decisions_and_what_the_problem_adds_are_shown_rather_than_what_was_seen() -> None:
    assert Timelines.of("i", [("a", WENT_ON)], None).columns == ("decision", "cost_usd")


def test_without_a_problems_own_columns_what_was_seen_is_shown() -> None:
    plain = [row(0, "go"), row(1, "stop")]
    assert Timelines.of("i", [("a", plain)], None).columns == ("decision", "seen")


def test_what_is_the_same_for_both_is_left_out() -> None:
    clocked = [[{**each, "hour": float(i)} for i, each in enumerate(rows)] for rows in (STOPPED, WENT_ON)]
    found = Timelines.of("i", [("a", clocked[0]), ("b", clocked[1])], 1)
    assert found.columns == ("decision", "cost_usd")
    assert found.numbers["policies"][1] == {
        "name": "b",
        "step": [0, 1],
        "decision": ["go", "go"],
        "cost_usd": [1.0, 2.0],
    }


@pytest.mark.parametrize(
    "cells", [["#0123456789ab", "#ba9876543210"], [f"job {n}" for n in range(9)]], ids=["marks", "many"]
)
def test_decisions_that_no_axis_can_name_are_left_out(cells: list[str]) -> None:
    rows = [row(i, cell, cost_usd=float(i)) for i, cell in enumerate(cells)]
    assert Timelines.of("i", [("a", rows)], None).columns == ("cost_usd",)


def test_where_nothing_can_be_drawn_that_is_said() -> None:
    with pytest.raises(NothingToDraw, match=r"take them with --out FILE\.csv"):
        Timelines.of("i", [("a", [])], None)


def test_the_words_of_decisions_and_the_policies_are_in_the_picture() -> None:
    content, doubts = rendered(Timelines.of("i", [("a.py", STOPPED), ("b.py", WENT_ON)], 1), ".svg")
    drawn = content.decode()
    assert [
        word for word in ("a.py", "b.py", "go", "stop", "cost_usd", "step") if f">{word}<" not in drawn
    ] == []
    assert doubts == ()


def test_one_that_ends_before_the_difference_is_drawn_too() -> None:
    content, _ = rendered(Timelines.of("i", [("a", STOPPED[:1]), ("b", WENT_ON)], 1), ".svg")
    assert b"cost_usd" in content
