from collections.abc import Callable

import pytest

from problems.base import Instance, Outcome, Split
from problems.txn import PROBLEM
from problems.txn.instances import generate
from problems.txn.interface import Answer, Task
from problems.txn.scoring import Ordering

Solve = Callable[[Task], Answer]

NAMES = ("identity", "shortest_first", "conflict_greedy", "sampled_greedy")

PUBLISHED = {
    "identity": ((452, 38, 47), 0.0),
    "shortest_first": ((452, 56, 47), 0.0),
    "conflict_greedy": ((208, 56, 45), 51.595),
    "sampled_greedy": ((265, 53, 54), 37.339),
}
"""Makespans of the three workloads, and the leaderboard score."""

STRICT = {"identity": 0.5604, "shortest_first": 0.4674, "conflict_greedy": 0.5851, "sampled_greedy": 0.5216}


def outcomes(solve: Solve, cases: tuple[Instance, ...]) -> list[Outcome]:
    ordering, limits = Ordering(), PROBLEM.limits[Split.VALIDATION]
    return [ordering.measure(case, solve(ordering.task(case, limits))) for case in cases]


def strict(measured: list[Outcome]) -> float:
    return sum(outcome.score for outcome in measured) / len(measured)


@pytest.mark.parametrize("name", NAMES)
def test_validation_scores_are_those_the_problem_states(name: str, policy: Callable[[str], Solve]) -> None:
    baseline = PROBLEM.baseline(name)
    measured = outcomes(policy(baseline.source), generate(Split.VALIDATION))
    # Scores are stated to four decimals.
    assert strict(measured) == pytest.approx(baseline.score, abs=5e-5)


@pytest.mark.parametrize("name", NAMES)
def test_published_figures_stay(
    name: str, policy: Callable[[str], Solve], workloads: tuple[Instance, ...]
) -> None:
    measured = outcomes(policy(PROBLEM.baseline(name).source), workloads)
    makespans, lb = PUBLISHED[name]
    assert PROBLEM.dialects is not None
    assert tuple(outcome.metrics["makespan"] for outcome in measured) == makespans
    assert strict(measured) == pytest.approx(STRICT[name], abs=5e-5)
    assert PROBLEM.dialects(workloads, measured)["lb"] == pytest.approx(lb, abs=5e-4)


@pytest.mark.parametrize("name", NAMES)
def test_a_baseline_answers_the_same_twice_and_whatever_the_seed(
    name: str, policy: Callable[[str], Solve]
) -> None:
    source = PROBLEM.baseline(name).source
    (case,) = generate(Split.SMOKE)
    task = Ordering().task(case, PROBLEM.limits[Split.SMOKE])
    answer = policy(source)(task)
    assert policy(source)(task) == answer
    assert all(type(index) is int for index in answer)


def test_the_first_baseline_is_idle_and_seeds_are_the_simplest_three() -> None:
    assert tuple(baseline.name for baseline in PROBLEM.baselines) == NAMES
    assert PROBLEM.seeds == NAMES[:3]


def test_baselines_take_different_cells_of_the_archive(policy: Callable[[str], Solve]) -> None:
    cells = set()
    for baseline in PROBLEM.baselines:
        measured = outcomes(policy(baseline.source), generate(Split.SEARCH))
        means = [sum(o.metrics[axis.metric] for o in measured) / len(measured) for axis in PROBLEM.axes]
        cells.add(tuple(sum(m >= e for e in axis.edges) for m, axis in zip(means, PROBLEM.axes, strict=True)))
    assert len(cells) == len(PROBLEM.baselines)
