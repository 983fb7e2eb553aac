"""What decisions imply, before anything is timed; and rehearsals on the processor where torch is there."""

from collections.abc import Sequence
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest

from evaluators.calibration import cpu_scale
from evaluators.decisions import Decided, decided, opened
from evaluators.gpu.decoder import Prompt, query_blocks
from evaluators.gpu.device import open_cpu
from evaluators.gpu.expert_time import KNOTS, Curve, NoProfile, Profile
from evaluators.gpu.prediction import predicted
from evaluators.gpu.stopwatch import stopwatch
from evaluators.gpu.twins import Rig, eplb, llm_sql, twin
from problems.base import Instance, Problem, Split
from problems.datasets import DataFolder
from problems.eplb.simulator import Placement
from problems.registry import get
from sandbox import Mode

NEEDS_TORCH = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed here")


def instances(problem: Problem) -> tuple[Instance, ...]:
    return tuple(problem.load("generated", Split.SMOKE, DataFolder.find()))


def by_baseline(problem: Problem) -> dict[str, Sequence[Decided]]:
    found = instances(problem)
    with opened(problem, Split.SMOKE, mode=Mode.AUTO, cpu_scale=cpu_scale()) as bench:
        return {b.name: decided(problem, b.source, found, Split.SMOKE, bench) for b in problem.baselines}


@pytest.fixture(scope="module")
def placements() -> dict[str, Sequence[Decided]]:
    return by_baseline(get("eplb"))


def test_every_decision_that_was_measured_is_kept(placements: dict[str, Sequence[Decided]]) -> None:
    first = placements["deepseek"][0]
    assert first.measurement.fault is None
    assert len(first.decisions) == len(first.instance.data.windows)
    balances = [
        Placement.of(first.instance.data.shape, decision).balance(window)
        for decision, window in zip(first.decisions[1:], first.instance.data.windows[1:], strict=True)
    ]
    assert np.mean(balances) == pytest.approx(first.measurement.score)


def test_a_step_asks_every_gpu_for_its_share_of_the_tokens(
    placements: dict[str, Sequence[Decided]],
) -> None:
    first = placements["largest_first"][0]
    history, layers = first.instance.data, [0, 2]
    tokens = eplb.rank_tokens(history, 1, layers, first.decisions[1], 1024)
    shape = history.shape
    assert tokens.shape == (2, shape.gpus, shape.replicas // shape.gpus)
    assert tokens.sum(axis=(1, 2)) == pytest.approx([1024 * shape.gpus * shape.top_k] * 2, rel=0.01)
    busy = tokens.sum(axis=2)
    balance = busy.mean(axis=1).sum() / busy.max(axis=1).sum()
    assert balance == pytest.approx(eplb._simulated(history, 1, layers, first.decisions[1]), abs=0.01)


def test_a_profile_predicts_what_its_curve_says(placements: dict[str, Sequence[Decided]]) -> None:
    curve = Curve(0.0, 0.0, (1e-6, *[0.0] * (len(KNOTS) - 1)), 0, 0, 0.0, 0.0)
    profile = Profile("a GPU", {}, {"tiny": curve})
    cases = {case.policy: case for case in predicted(profile, placements, 4096)}
    for name, found in placements.items():
        # Time in proportion to tokens is the simulator's own rule, which balances sums over layers.
        assert cases[name].measured == pytest.approx(found[0].measurement.score, abs=0.01)
    shape = placements["vllm"][0].instance.data.shape
    assert cases["vllm"].detail["mean_gpu_ms"] == pytest.approx(4096 * shape.top_k * 1e-3, rel=0.01)


def test_a_profile_without_the_model_is_refused(placements: dict[str, Sequence[Decided]]) -> None:
    with pytest.raises(NoProfile, match="the profile of a GPU has no model"):
        predicted(Profile("a GPU", {}, {}), placements, 4096)


def test_prompts_are_cut_where_they_leave_the_one_before() -> None:
    table = SimpleNamespace(rows=(("aaaaaaaa", "bbbb"), ("aaaaaaaa", "cccc"), ("aaaaaaaa", "cccc")))
    answer = SimpleNamespace(orders=((0, 1),), rows=(0, 0, 0))
    found = llm_sql._prompts(table, answer, SimpleNamespace(is_evidence=True))  # type: ignore[arg-type]
    assert found == [Prompt(0, 3), Prompt(2, 1), Prompt(2, 1)]


def test_batches_hold_no_more_than_they_may() -> None:
    prompts = [Prompt(0, 60), Prompt(0, 60), Prompt(5, 40), Prompt(0, 300), Prompt(0, 1)]
    found = llm_sql._batches(prompts, 100)
    assert found == [prompts[:1], prompts[1:3], prompts[3:4], prompts[4:]]


def test_blocks_of_queries_cover_every_new_token_once() -> None:
    rows = query_blocks([Prompt(16, 100), Prompt(0, 64), Prompt(3, 1)], 64)
    assert rows.tolist() == [
        [0, 100, 0, 16, 0],
        [64, 100, 0, 16, 64],
        [100, 164, 116, 0, 0],
        [164, 165, 180, 3, 0],
    ]


@NEEDS_TORCH
def test_plain_torch_computes_what_the_kernels_are_checked_by() -> None:
    from evaluators.gpu.numerics import numerics

    assert all(check.right for check in numerics("cpu"))


@NEEDS_TORCH
@pytest.mark.parametrize("name", ["eplb", "llm_sql"])
def test_a_rehearsal_gives_every_policy_a_value(name: str) -> None:
    policies, gpu = by_baseline(get(name)), open_cpu()
    rig = Rig(gpu, stopwatch(gpu), np.random.default_rng(0), 64, 3)
    cases = twin(name).replay(rig, policies)
    assert {case.policy for case in cases} == set(policies)
    assert all(case.seconds > 0.0 and case.measured <= 1.0 for case in cases)
