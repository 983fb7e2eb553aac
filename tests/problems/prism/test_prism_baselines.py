from collections.abc import Callable

import pytest

from problems.base import Instance, Outcome, Split
from problems.prism import PROBLEM
from problems.prism.instances import generate
from problems.prism.interface import Answer, Model, Task
from problems.prism.scoring import Placement

Solve = Callable[[Task], Answer]

NAMES = ("round_robin", "ratio_greedy", "best_fit", "local_search")


def outcomes(solve: Solve, found: tuple[Instance, ...]) -> list[Outcome]:
    placement, limits = Placement(), PROBLEM.limits[Split.VALIDATION]
    return [placement.measure(case, solve(placement.task(case, limits))) for case in found]


@pytest.mark.parametrize("name", [*NAMES[:3], pytest.param(NAMES[3], marks=pytest.mark.slow)])
def test_validation_scores_are_those_the_problem_states(name: str, policy: Callable[[str], Solve]) -> None:
    baseline = PROBLEM.baseline(name)
    measured = outcomes(policy(baseline.source), generate(Split.VALIDATION))
    # Scores are stated to four decimals.
    assert sum(o.score for o in measured) / 60 == pytest.approx(baseline.score, abs=5e-5)


@pytest.mark.parametrize("name", NAMES[:3])
@pytest.mark.parametrize("split", [Split.SMOKE, Split.SEARCH, Split.HOLDOUT])
def test_no_baseline_has_a_fault_on_any_instance(
    name: str, split: Split, policy: Callable[[str], Solve]
) -> None:
    assert all(o.score > 0.0 for o in outcomes(policy(PROBLEM.baseline(name).source), generate(split)))


@pytest.mark.parametrize("name", NAMES)
def test_a_baseline_answers_the_same_twice_and_in_plain_numbers(
    name: str, policy: Callable[[str], Solve]
) -> None:
    source = PROBLEM.baseline(name).source
    task = Placement().task(generate(Split.SEARCH)[-1], PROBLEM.limits[Split.SEARCH])
    answer = policy(source)(task)
    assert policy(source)(task) == answer
    assert all(type(number) is int for gpu, placed in answer.items() for number in (gpu, *placed))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("gpu_count", [1, 2])
def test_a_baseline_places_a_single_model(name: str, gpu_count: int, policy: Callable[[str], Solve]) -> None:
    answer = policy(PROBLEM.baseline(name).source)(Task(gpu_count, 80, (Model(79, 1, 1),), 0.2))
    assert sorted(index for placed in answer.values() for index in placed) == [0]


@pytest.mark.parametrize("name", NAMES)
def test_a_baseline_finds_room_where_only_the_largest_first_does(
    name: str, policy: Callable[[str], Solve]
) -> None:
    models = tuple(Model(size, rate, 5) for size, rate in ((20, 9), (20, 8), (20, 7), (59, 1), (36, 2)))
    answer = policy(PROBLEM.baseline(name).source)(Task(2, 80, models, 0.2))
    placed = sorted(sorted(models[i].size_gb for i in members) for members in answer.values())
    assert placed == [[20, 20, 36], [20, 59]]


def test_turns_go_on_to_the_next_gpu_where_a_model_does_not_fit(policy: Callable[[str], Solve]) -> None:
    models = tuple(Model(size, 1, 5) for size in (60, 10, 30, 10))
    answer = policy(PROBLEM.baseline("round_robin").source)(Task(2, 80, models, 0.2))
    assert answer == {0: (0,), 1: (1, 2, 3)}


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
