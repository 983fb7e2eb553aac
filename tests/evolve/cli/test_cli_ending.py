"""A run's last sentence says what the interval says, no more and no less."""

import pytest

from evaluators.intervals import Interval
from evaluators.values import Evaluation
from evolve.cli.ending import verdict
from evolve.runs.comparison import Standing
from evolve.runs.state import Champion
from evolve.search.candidate import Candidate
from problems.base import Split
from problems.registry import get


def standing(name: str, score: float, lead: Interval | None) -> Standing:
    return Standing(name, Split.VALIDATION, score, 0, lead, {}, {})


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.04, -0.01, "the interval lies below 0"),
        (-0.04, 0.01, "the interval reaches 0"),
        (None, None, "there are too few blocks to be sure"),
        (0.01, 0.04, "The champion beat the best baseline"),
    ],
)
def test_the_verdict_follows_the_interval(low: float | None, high: float | None, said: str) -> None:
    lead = Interval(0.0, low, high, alpha=0.05, blocks=24)
    rows = [standing("champion", 0.5, None), standing("best_fit", 0.5, lead)]
    nothing = Evaluation.of(Split.VALIDATION, ())
    champion = Champion(7, Candidate("# evolved", (), "edit"), nothing, nothing)
    assert said in verdict(rows, champion, get("prism"))[0]
