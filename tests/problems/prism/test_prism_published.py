from collections.abc import Callable

import pytest

from problems.base import Instance, Outcome
from problems.prism import PROBLEM, published
from problems.prism.bound import Fleet
from problems.prism.interface import Answer, Model, Task

Solve = Callable[[Task], Answer]

TASK = Task(2, 80, (Model(20, 6, 5), Model(40, 9, 5), Model(20, 3, 5)), 0.2)

PUBLIC = '''"""A policy in the public form."""
from __future__ import annotations

GPU_MEM_SIZE = 80


def compute_model_placement(gpu_num, models):
    placement = {gpu: [] for gpu in range(gpu_num)}
    for model in sorted(models, key=lambda m: (m.req_rate / m.slo, -m.model_size)):
        gpu = int(model.model_name == "model_1")
        assert model.cur_gpu_id == models.index(model)
        assert (model.name, model.size) == (model.model_name, model.model_size)
        placement[gpu].append(model)
    return placement
'''

COPIES = """
from copy import deepcopy
def compute_model_placement(gpu_num, models):
    return {0: deepcopy(models[:1]), 1: [models[2], deepcopy(models)[1]]}
"""

EDITS = """
def compute_model_placement(gpu_num, models):
    for model in models:
        model.model_size = model.req_rate = 0
    placement = {0: list(models), 1: []}
    models.clear()
    return placement
"""

STRANGERS = """
class Model:
    model_name = "another"
def compute_model_placement(gpu_num, models):
    return {0: [Model(), object()]}
"""


def measured(cases: tuple[Instance, ...], solve: Solve) -> list[Outcome]:
    from problems.base import Limits

    return [PROBLEM.evaluator.measure(c, solve(PROBLEM.evaluator.task(c, Limits()))) for c in cases]  # type: ignore[union-attr]


def outcomes(values: list[float]) -> list[Outcome]:
    return [Outcome(score=0.5, metrics={"max_kvpr": value}) for value in values]


def test_the_cases_are_the_published_ones(cases: tuple[Instance, ...]) -> None:
    assert [case.data.gpu_count for case in cases[:10]] == [8, 9, 7, 7, 8, 7, 8, 5, 6, 9]
    assert cases[0].data.models[0] == (24, 8, 9)
    assert len(cases) == 50
    assert all(len(case.data.models) == 2 * case.data.gpu_count for case in cases)
    assert len({case.block for case in cases}) == 50


def test_the_optimum_has_the_proven_scores(cases: tuple[Instance, ...]) -> None:
    found = published.dialects(cases, outcomes([case.data.optimum for case in cases]))
    assert (round(found["lb"], 6), round(found["sd"], 6)) == (87.409619, 26.255972)


def test_the_fractional_bound_would_be_the_leaderboards_hundred(cases: tuple[Instance, ...]) -> None:
    values = [float(Fleet.of(case.data.gpu_count, case.data.models).fractional()) for case in cases]
    assert published.dialects(cases, outcomes(values))["lb"] == pytest.approx(100.0, abs=1e-4)


def test_lb_is_clamped_where_a_placement_is_worse_than_taking_turns(cases: tuple[Instance, ...]) -> None:
    assert published.dialects(cases, outcomes([1e6] * 50))["lb"] == 0.0


@pytest.mark.parametrize(
    ("name", "lb", "sd"),
    [
        ("round_robin", 0.0, 17.171285),
        ("ratio_greedy", 60.817401, 21.891622),
        ("best_fit", 87.366952, 26.233211),
        ("local_search", 87.409619, 26.255972),
    ],
)
def test_baselines_have_their_published_figures(
    name: str, lb: float, sd: float, cases: tuple[Instance, ...], policy: Callable[[str], Solve]
) -> None:
    found = published.dialects(cases, measured(cases, policy(PROBLEM.baseline(name).source)))
    # Taking turns is the leaderboard's zero; a last digit of its value weighs 1e-6 under the root.
    assert found["lb"] == pytest.approx(lb, abs=1e-6)
    assert round(found["sd"], 6) == sd


def test_dialects_refuse_a_set_that_is_not_measured_whole(cases: tuple[Instance, ...]) -> None:
    with pytest.raises(ValueError, match="outcome for each of 50 instances, but got 1"):
        published.dialects(cases, outcomes([0.1]))


def test_a_source_in_the_public_form_is_measured_unchanged(policy: Callable[[str], Solve]) -> None:
    assert policy(published.adapt(PUBLIC))(TASK) == {0: (2, 0), 1: (1,)}


def test_adapting_keeps_line_numbers() -> None:
    assert published.adapt(PUBLIC).startswith(PUBLIC)


def test_copies_of_models_go_by_their_names(policy: Callable[[str], Solve]) -> None:
    assert policy(published.adapt(COPIES))(TASK) == {0: (0,), 1: (2, 1)}


def test_models_that_were_edited_are_still_themselves(policy: Callable[[str], Solve]) -> None:
    assert policy(published.adapt(EDITS))(TASK) == {0: (0, 1, 2), 1: ()}


def test_models_of_the_policys_own_are_none(policy: Callable[[str], Solve]) -> None:
    assert policy(published.adapt(STRANGERS))(TASK) == {0: (-1, -1)}


def test_a_source_may_have_a_helper_named_solve(policy: Callable[[str], Solve]) -> None:
    source = "def solve(models):\n    return models[::-1]\n"
    source += "def compute_model_placement(n, models):\n    return {1: solve(models)}\n"
    assert policy(published.adapt(source))(TASK) == {1: (2, 1, 0)}


def test_gpus_found_by_numpy_become_plain_numbers(policy: Callable[[str], Solve]) -> None:
    source = "import numpy as np\ndef compute_model_placement(n, models):\n    return {np.int64(1): models}\n"
    (key,) = policy(published.adapt(source))(TASK)
    assert type(key) is int


def test_a_source_that_is_no_python_is_left_for_the_sandbox_to_judge() -> None:
    with pytest.raises(SyntaxError) as error:
        compile(published.adapt("x = 1\ndef broken(:\n"), "policy.py", "exec")
    assert error.value.lineno == 2


def test_the_problem_offers_adapter_and_dialects() -> None:
    assert PROBLEM.published_form is not None
    assert PROBLEM.published_form.adapt is published.adapt
    assert PROBLEM.published_form.modules == ()
    assert PROBLEM.dialects is published.dialects
