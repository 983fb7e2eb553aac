"""Baselines score what the problem states, answer the same twice, and lie apart in the archive."""

from collections.abc import Callable, Mapping, Sequence
from time import process_time

import pytest

from problems.base import Instance, Outcome, Split
from problems.cloudcast import PROBLEM
from problems.cloudcast.instances import generate
from problems.cloudcast.interface import Answer, Task
from problems.cloudcast.scoring import Broadcast

Solve = Callable[[Task], Answer]

NAMES = ("direct", "dijkstra", "arborescence", "steiner")

PUBLISHED = {
    "direct": ((165.024, 144.945, 167.159997, 332.159997, 389.88), 0.0),
    "dijkstra": ((165.024, 144.945, 161.468568, 268.851417, 305.57142), 26.7371),
    "arborescence": ((59.016, 99.7875, 143.057136, 199.752, 167.592), 92.4987),
    "steiner": ((58.008, 99.39375, 141.411432, 161.364, 161.94), 100.0),
}
"""Costs of the five transfers in dollars, and the leaderboard score."""


def outcomes(solve: Solve, cases: Sequence[Instance]) -> list[Outcome]:
    broadcast, limits = Broadcast(), PROBLEM.limits[Split.VALIDATION]
    return [broadcast.measure(case, solve(broadcast.task(case, limits))) for case in cases]


def mean(measured: list[Outcome]) -> float:
    return sum(outcome.score for outcome in measured) / len(measured)


@pytest.mark.parametrize("name", [*NAMES[:3], pytest.param("steiner", marks=pytest.mark.slow)])
def test_validation_scores_are_those_the_problem_states(
    name: str, policy: Callable[[str], Solve], generated: Mapping[Split, Sequence[Instance]]
) -> None:
    baseline = PROBLEM.baseline(name)
    measured = outcomes(policy(baseline.source), generated[Split.VALIDATION])
    assert mean(measured) == pytest.approx(baseline.score, abs=5e-5)  # stated to four decimals


@pytest.mark.parametrize("name", NAMES)
def test_published_figures_stay(
    name: str, policy: Callable[[str], Solve], transfers: Sequence[Instance]
) -> None:
    measured = outcomes(policy(PROBLEM.baseline(name).source), transfers)
    costs, lb = PUBLISHED[name]
    assert [outcome.metrics["cost_usd"] for outcome in measured] == pytest.approx(costs, abs=1e-6)
    assert PROBLEM.dialects is not None
    assert PROBLEM.dialects(transfers, measured)["lb"] == pytest.approx(lb, abs=5e-5)


def test_the_strong_baseline_is_below_the_best_published_total(
    policy: Callable[[str], Solve], transfers: Sequence[Instance]
) -> None:
    measured = outcomes(policy(PROBLEM.baseline("steiner").source), transfers)
    assert sum(outcome.metrics["cost_usd"] for outcome in measured) == pytest.approx(622.117182, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_baseline_answers_the_same_twice_in_plain_integers(
    name: str, policy: Callable[[str], Solve]
) -> None:
    source = PROBLEM.baseline(name).source
    (case,) = generate(Split.SMOKE)
    task = case.data.task(1.0)
    answer = policy(source)(task)
    assert policy(source)(task) == answer
    assert all(type(edge) is int for walks in answer for walk in walks for edge in walk)


def test_the_first_baseline_is_the_simplest_and_seeds_are_the_simplest_three() -> None:
    assert tuple(baseline.name for baseline in PROBLEM.baselines) == NAMES
    assert PROBLEM.seeds == NAMES[:3]


def test_baselines_take_different_cells_of_the_archive_in_a_quarter_of_their_time(
    policy: Callable[[str], Solve], generated: Mapping[Split, Sequence[Instance]]
) -> None:
    cells, cases, start = set(), generated[Split.SEARCH], process_time()
    for baseline in PROBLEM.baselines:
        measured = outcomes(policy(baseline.source), cases)
        means = [sum(o.metrics[axis.metric] for o in measured) / len(measured) for axis in PROBLEM.axes]
        cells.add(tuple(sum(m >= e for e in axis.edges) for m, axis in zip(means, PROBLEM.axes, strict=True)))
    assert len(cells) == len(PROBLEM.baselines)
    # All four together, on average; about a tenth of a second of CPU, so a busy machine does not matter.
    assert process_time() - start < 0.25 * len(cases)


def test_edmonds_opens_a_circle_where_that_is_cheapest(
    policy: Callable[[str], Solve], sent: Callable[..., Instance]
) -> None:
    edges = {
        ("aws:s", "aws:a"): (0.10, 5.0),
        ("aws:s", "aws:b"): (0.09, 5.0),
        ("aws:a", "aws:b"): (0.01, 5.0),
        ("aws:b", "aws:a"): (0.03, 5.0),
        ("aws:s", "aws:c"): (0.20, 5.0),
        ("aws:a", "aws:c"): (0.02, 5.0),
    }
    task = sent(edges, "aws:a", "aws:b", "aws:c", partitions=1).data.task(1.0)
    # Both cheapest entries, between a and b, form a circle; entering at a costs 0.11, at b 0.12.
    answer = policy(PROBLEM.baseline("arborescence").source)(task)
    assert answer == (((0,),), ((0, 2),), ((0, 5),))
