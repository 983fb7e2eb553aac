"""Briefs are taken apart by their headings, whoever wrote them; examples come from the program itself."""

import pytest

from evolve.search.language.briefing import Briefing, briefing
from evolve.search.language.examples import example
from tests.evolve.search.briefed import BRIEF


def test_a_brief_has_five_parts() -> None:
    assert briefing(BRIEF) == Briefing(
        problem="Put items into bins of size 1.",
        evaluation="- The score is the lower bound divided by the number of bins.\n- Limits: 1 s of CPU.",
        forbidden="- Leaving an item out.",
        context="First-fit decreasing needs at most 11/9 of the optimum.",
        hints=("Large items first.", "Look for pairs that fill a bin."),
    )


def test_a_brief_without_headings_is_a_problem() -> None:
    assert briefing("# Title\nDo it.\n") == Briefing("Do it.", "", "", "", ())


def test_an_empty_brief_has_empty_parts() -> None:
    assert briefing("") == Briefing("", "", "", "", ())


def test_a_list_of_its_own_is_forbidden_too() -> None:
    assert briefing("## Problem\np\n## Forbidden\n- x\n").forbidden == "- x"


def test_headings_of_others_are_context() -> None:
    assert briefing("## Context\nc\n## Data\nd\n").context == "c\n\n### Data\n\nd"


def test_words_before_the_first_number_are_no_hint() -> None:
    assert briefing("## Hints\nOne at a time:\n\n1. a\n2. b\n").hints == ("a", "b")


def test_an_example_keeps_the_indentation_of_its_line() -> None:
    source = (
        "class Policy:\n    def step(self, o):\n        if o:\n            return 1\n        self.n = 2\n"
    )
    assert example(source) == (
        "<<<<<<< SEARCH\n        self.n = 2\n=======\n        self.n = 2  # changed\n>>>>>>> REPLACE"
    )


@pytest.mark.parametrize(
    "line",
    ["x = 1  # one", "x = '\x1b'", "return " + "1 + " * 30 + "1", "x = (1,\n    2)"],
    ids=["comment", "control", "long", "two lines"],
)
def test_an_example_is_a_plain_short_line(line: str) -> None:
    found = example(f"def solve(task):\n    {line}\n    y = 2\n")
    assert found.split("\n")[1] == "    y = 2"


def test_an_example_stands_in_its_program_once() -> None:
    found = example("def a():\n    x = 1\n    y = 1\n\ndef b():\n    x = 1\n")
    assert found.split("\n")[1] == "    y = 1"


@pytest.mark.parametrize("source", ["", "def (", "X = 1\n"])
def test_a_program_without_such_a_line_gets_an_example_all_the_same(source: str) -> None:
    assert example(source).startswith("<<<<<<< SEARCH\n    return best\n=======\n")
