"""The baselines on the recorded sweep."""

import pytest

from problems.base import Limits, Split
from problems.kernel_choice import PROBLEM, interface
from problems.kernel_choice.instances import generated
from problems.kernel_choice.scoring import Lookup
from tests.problems.driving import executed

NAMES = [baseline.name for baseline in PROBLEM.baselines]


@pytest.mark.parametrize("name", NAMES)
def test_validation_scores_are_those_the_problem_states(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    solve = executed(PROBLEM.baseline(name).source, interface, monkeypatch).solve
    found = [
        Lookup().measure(instance, solve(Lookup().task(instance, Limits()))).score
        for instance in generated(Split.VALIDATION)
    ]
    assert sum(found) / len(found) == pytest.approx(PROBLEM.baseline(name).score, abs=5e-5)


def test_the_lookup_is_the_bound_on_what_it_has_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    solve = executed(PROBLEM.baseline("nearest_shape").source, interface, monkeypatch).solve
    for instance in generated(Split.SEARCH):
        assert Lookup().measure(instance, solve(Lookup().task(instance, Limits()))).score == 1.0
