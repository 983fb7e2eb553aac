"""What faults say that a candidate tried."""

import pytest

from dashboard.reading.refusals import BEYOND, attempts
from sandbox.hints import ANYTHING, FILES, IMPORTS, NETWORK, PROCESSES, THREADS, hints
from sandbox.runtime import Runtime


def tried(*faults: tuple[str, str]) -> tuple[str, ...]:
    return attempts(faults, is_beyond=False)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (FILES, "reached for files"),
        (NETWORK, "reached for the network"),
        (PROCESSES, "tried to start processes, or to signal them"),
        (THREADS, "tried to start threads"),
        (IMPORTS, "imported what policies do not have"),
        (ANYTHING, "was refused by the system"),
    ],
)
def test_every_refusal_that_the_sandbox_tells_is_known(kind: str, told: str) -> None:
    message = f"OSError: (13) no ({hints(Runtime())[kind]})"
    assert tried(("exception", message)) == (told,)


def test_a_plain_mistake_is_no_attempt() -> None:
    assert tried(("exception", "ZeroDivisionError: division by zero"), ("not_finite", "nan")) == ()


def test_what_a_candidate_says_itself_is_not_taken_for_the_sandbox() -> None:
    assert tried(("exception", "ValueError: policies have no network (so they say)")) == ()


def test_rules_that_no_decision_breaks_are_attempts_each_once() -> None:
    found = tried(("protocol", "x"), ("protocol", "y"), ("exited", "z"))
    assert found == ("broke the form in which answers are sent", "ended its process instead of answering")


def test_a_score_beyond_the_bound_comes_first() -> None:
    assert attempts([("protocol", "x")], is_beyond=True)[0] == BEYOND
