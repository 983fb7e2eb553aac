"""What follows for a change from what is left without it."""

import pytest

from evolve.runs.ablations import Result, Undone
from evolve.runs.verifications import Lead


def undone(
    result: Result, *, low: float | None = None, high: float | None = None, fault: str | None = None
) -> Undone:
    worth = Lead(against="a", tuned=False, difference=0.0, low=low, high=high, blocks=9)
    return Undone(at=1, change="+a", added=1, removed=0, result=result, score=0.5, worth=worth, fault=fault)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (undone(Result.MEASURED, low=0.1, high=0.2), "of use"),
        (undone(Result.MEASURED, low=-0.2, high=-0.1), "harmful"),
        (undone(Result.MEASURED, low=-0.1, high=0.2), "unsure"),
        (undone(Result.MEASURED), "unsure"),
        (undone(Result.FAULT, low=0.1, high=0.2, fault="exception on a"), "needed, else exception on a"),
        (undone(Result.LATE), "needed, else out of time"),
        (undone(Result.UNPARSABLE), "no program without it"),
    ],
)
def test_a_change_is_judged_by_what_is_left_without_it(found: Undone, verdict: str) -> None:
    assert found.verdict == verdict
