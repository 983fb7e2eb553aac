import math
import random

import pytest

from problems.base import Instance, InvalidAnswer, Limits, Split
from problems.prism.bound import Fleet, optimum
from problems.prism.instances import Case, digest, generate
from problems.prism.interface import Answer, Model
from problems.prism.scoring import Placement


def case(gpu_count: int, *models: tuple[int, int, int]) -> Instance:
    made = tuple(Model(*numbers) for numbers in models)
    data = Case(gpu_count, made, float(optimum(Fleet.of(gpu_count, made))))
    return Instance(name="a", group="a", block="a", digest=digest(gpu_count, made), data=data)


def four() -> Instance:
    """Two GPUs; best is one large with one small on each."""
    return case(2, (40, 5, 5), (40, 5, 5), (20, 5, 5), (20, 5, 5))


@pytest.mark.parametrize(
    ("answer", "rule", "element"),
    [
        ({0: (0, 2), 1: (1,), 2: (3,)}, "gpu_out_of_range", "[2]"),
        ({-1: (0, 2), 1: (1, 3)}, "gpu_out_of_range", "[-1]"),
        ({True: (0, 2), 0: (1, 3)}, "gpu_out_of_range", "[True]"),
        ({"0": (0, 2), 1: (1, 3)}, "gpu_out_of_range", "['0']"),
        ({10**60: ()}, "gpu_out_of_range", f"[1{'0' * 39}]"),
        ({0: (0, 2), 1: (1, 4)}, "model_out_of_range", "[1][1]"),
        ({0: (-1, 2), 1: (1, 3)}, "model_out_of_range", "[0][0]"),
        ({0: (0, 2), 1: (True, 3)}, "model_out_of_range", "[1][0]"),
        ({0: (0, 2), 1: (1.0, 3)}, "model_out_of_range", "[1][0]"),
        ({0: (0, math.nan)}, "model_out_of_range", "[0][1]"),
        ({0: (10**60,)}, "model_out_of_range", "[0][0]"),
        ({0: (0, 2), 1: (1, 2)}, "model_repeated", "[1][1]"),
        ({1: (3, 3)}, "model_repeated", "[1][1]"),
        ({0: (0, 2), 1: (1,)}, "model_missing", None),
        ({}, "model_missing", None),
        ({0: (0, 1, 2), 1: (3,)}, "memory_exceeded", "[0]"),
        ({1: (0, 1, 2, 3)}, "memory_exceeded", "[1]"),
    ],
)
def test_an_answer_that_is_no_placement_is_refused_by_rule_and_element(
    answer: Answer, rule: str, element: str | None
) -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        Placement().measure(four(), answer)
    assert (refusal.value.rule, refusal.value.element) == (rule, element)
    assert len(str(refusal.value)) < 150


def test_a_refusal_says_what_was_expected_and_what_came() -> None:
    with pytest.raises(InvalidAnswer, match="2 of 4 models are placed on no GPU, the first is 1"):
        Placement().measure(four(), {0: (0, 3)})
    with pytest.raises(InvalidAnswer, match=r"model 2 stands at \[0\]\[1\] already"):
        Placement().measure(four(), {0: (0, 2), 1: (2,)})
    with pytest.raises(InvalidAnswer, match="at most 80 GB on GPU 0, but they take 100"):
        Placement().measure(four(), {0: (0, 1, 2), 1: (3,)})
    with pytest.raises(InvalidAnswer, match="expected a GPU from 0 to 1, but got 7"):
        Placement().measure(four(), {7: ()})


def test_the_score_is_the_optimum_over_the_value() -> None:
    best = Placement().measure(four(), {0: (0, 2), 1: (3, 1)})
    assert best.score == 1.0
    assert best.metrics["max_kvpr"] == best.metrics["optimum_kvpr"] == 0.1


def test_a_worse_placement_scores_less() -> None:
    instance = case(2, (30, 5, 5), (30, 5, 5), (10, 5, 5))
    # Both large ones on one GPU: 2 over 20 GB; a large one with the small one: 2 over 40 GB.
    assert Placement().measure(instance, {0: (0, 1), 1: (2,)}).score == 0.5
    assert Placement().measure(instance, {0: (0,), 1: (2, 1)}).score == 1.0


def test_gpus_may_be_left_out_or_empty_and_orders_are_free() -> None:
    instance = case(3, (10, 1, 5), (10, 1, 5))
    answers: tuple[Answer, ...] = ({2: (1,), 0: (0,)}, {0: (1,), 1: (), 2: (0,)})
    first, second = (Placement().measure(instance, answer) for answer in answers)
    assert first == second


def test_a_gpu_filled_to_the_last_gb_is_valid_and_scores_next_to_nothing() -> None:
    outcome = Placement().measure(four(), {0: (0, 1), 1: (2, 3)})
    assert outcome.metrics["max_kvpr"] == 1e6
    assert outcome.score == pytest.approx(1e-7)


def test_spreads_are_differences_between_gpus_in_means() -> None:
    instance = case(2, (30, 2, 5), (30, 4, 5), (20, 2, 5))
    metrics = Placement().measure(instance, {0: (0, 2), 1: (1,)}).metrics
    assert metrics["memory_spread"] == 20 / 40
    assert metrics["demand_spread"] == 0.0
    everything = Placement().measure(case(2, (30, 2, 5), (30, 4, 5)), {1: (0, 1)}).metrics
    assert (everything["memory_spread"], everything["demand_spread"]) == (2.0, 2.0)


def test_any_placement_of_any_instance_has_the_same_finite_metrics_and_a_score_within_one() -> None:
    rng = random.Random(0)
    for instance in (*generate(Split.SMOKE), *generate(Split.SEARCH)):
        fleet: Case = instance.data
        placed: dict[int, tuple[int, ...]] = dict.fromkeys(range(fleet.gpu_count), ())
        free = dict.fromkeys(placed, 80)
        for index in sorted(range(len(fleet.models)), key=lambda i: -fleet.models[i].size_gb):
            size = fleet.models[index].size_gb
            gpu = rng.choice([g for g in placed if free[g] >= size] or [0])
            placed[gpu] += (index,)
            free[gpu] -= size
        if min(free.values()) < 0:
            continue
        outcome = Placement().measure(instance, placed)
        assert set(outcome.metrics) == {"max_kvpr", "optimum_kvpr", "memory_spread", "demand_spread"}
        assert all(math.isfinite(value) for value in outcome.metrics.values())
        assert 0.0 < outcome.score <= 1.0


def test_an_optimal_placement_scores_exactly_one() -> None:
    for instance in generate(Split.SEARCH):
        fleet: Case = instance.data
        scaled = Fleet.of(fleet.gpu_count, fleet.models)
        if len(fleet.models) <= 18:
            found = scaled.placed(optimum(scaled))
            assert found is not None
            assert Placement().measure(instance, dict(enumerate(found))).score == 1.0


def test_a_task_tells_the_models_and_the_budget_and_no_optimum() -> None:
    instance = four()
    task = Placement().task(instance, Limits(solve_cpu_s=0.25))
    assert (task.gpu_count, task.gpu_memory_gb, task.cpu_s) == (2, 80, 0.25)
    assert task.models == instance.data.models
    assert not hasattr(task, "optimum")
