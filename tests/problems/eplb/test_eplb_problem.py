"""The problem says of itself what is so."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from problems.base import Baseline, Instance, Limits, Outcome, Split
from problems.datasets import DataFolder
from problems.eplb import PROBLEM
from problems.eplb.instances import LITE, SCENARIOS, V3
from problems.eplb.simulator import Simulator

NOWHERE = DataFolder(Path("/nonexistent"))
RULES = ("wrong_layers", "wrong_slots", "expert_out_of_range", "expert_missing")
BASELINES = pytest.mark.parametrize("baseline", PROBLEM.baselines, ids=lambda baseline: baseline.name)

PolicyOf = Callable[[str], Any]
Measure = Callable[[Any, Instance], Outcome]


@pytest.mark.slow
@BASELINES
def test_a_baseline_reaches_its_reference_score(
    baseline: Baseline, policy_of: PolicyOf, measure: Measure
) -> None:
    policy = policy_of(baseline.source)
    scores = [measure(policy, i).score for i in PROBLEM.load("generated", Split.VALIDATION, NOWHERE)]
    assert sum(scores) / len(scores) == pytest.approx(baseline.score, abs=5e-5)  # stated with four digits


@BASELINES
def test_a_baseline_imports_nothing_but_numpy_and_the_interface(baseline: Baseline) -> None:
    nodes = list(ast.walk(ast.parse(baseline.source)))
    names = {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
    names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert names <= {"interface", "numpy", "collections"}


@BASELINES
def test_a_baseline_places_any_load_even_none(baseline: Baseline, policy_of: PolicyOf) -> None:
    (instance,) = PROBLEM.load("generated", Split.SMOKE, NOWHERE)
    counts = instance.data.windows.copy()
    counts[1, 0] = 0  # a layer that was not asked
    counts[1, 1, 1:] = 0  # all tokens to one expert
    policy = policy_of(baseline.source)(Simulator().setup(instance, Limits()))
    simulation = Simulator().simulate(instance)
    observation = next(simulation)
    for window in counts[:3]:
        decision = np.asarray(policy.step(observation))
        simulation.send(tuple(map(tuple, decision.tolist())))
        observation = observation._replace(window=observation.window + 1, counts=window)


def test_the_group_rule_keeps_groups_on_a_node_and_costs_balance(
    policy_of: PolicyOf, measure: Measure
) -> None:
    instance = PROBLEM.load("generated", Split.SEARCH, NOWHERE)[4]
    ruled, free = (
        measure(policy_of(PROBLEM.baseline(n).source), instance) for n in ("deepseek", "largest_first")
    )
    assert ruled.metrics["group_nodes"] == 1.0
    assert free.metrics["group_nodes"] > 1.9
    assert ruled.metrics["same_window"] < free.metrics["same_window"]


def test_without_a_rule_that_divides_deepseek_is_largest_first(policy_of: PolicyOf) -> None:
    (instance,) = PROBLEM.load("generated", Split.SMOKE, NOWHERE)
    setup = Simulator().setup(instance, Limits())._replace(num_groups=1)
    observation = next(Simulator().simulate(instance))._replace(counts=instance.data.windows[0])
    steps = [
        policy_of(PROBLEM.baseline(n).source)(setup).step(observation) for n in ("deepseek", "largest_first")
    ]
    assert np.array_equal(*steps)


@pytest.mark.slow
def test_baselines_lie_in_different_cells(policy_of: PolicyOf, measure: Measure) -> None:
    instances = PROBLEM.load("generated", Split.SEARCH, NOWHERE)
    cells = set()
    for baseline in PROBLEM.baselines:
        outcomes = [measure(policy_of(baseline.source), instance) for instance in instances]
        means = [sum(o.metrics[axis.metric] for o in outcomes) / len(outcomes) for axis in PROBLEM.axes]
        pairs = zip(means, PROBLEM.axes, strict=True)
        cells.add(tuple(sum(mean >= edge for edge in axis.edges) for mean, axis in pairs))
    assert len(cells) == len(PROBLEM.baselines)


def test_the_idle_policy_is_first_and_seeds_are_baselines() -> None:
    assert PROBLEM.baselines[0].name == "round_robin"
    assert set(PROBLEM.seeds) <= {baseline.name for baseline in PROBLEM.baselines}


def test_limits_are_a_fifth_of_a_second_a_step_with_room_for_a_decision() -> None:
    assert {limits.step_mean_cpu_s for limits in PROBLEM.limits.values()} == {0.2}
    largest = len(str([[V3.experts - 1] * V3.replicas] * V3.layers))
    assert all(limits.answer_bytes > 5 * largest for limits in PROBLEM.limits.values())


@pytest.mark.parametrize("rule", RULES)
def test_the_brief_names_every_rule(rule: str) -> None:
    assert f"`{rule}`" in PROBLEM.brief.split("### Forbidden")[1].split("## Context")[0]


def test_the_brief_states_scores_models_and_scenarios_as_they_are() -> None:
    for baseline in PROBLEM.baselines:
        (said,) = re.findall(rf"`{baseline.name}`[^`]*?(0\.\d+)", PROBLEM.brief)
        assert said == f"{baseline.score:.{len(said) - 2}f}"
    for shape in (V3, LITE):
        row = (
            shape.layers,
            shape.experts,
            shape.top_k,
            shape.replicas,
            shape.groups,
            shape.nodes,
            shape.gpus,
        )
        assert " | ".join(map(str, row)) in PROBLEM.brief
    assert all(f"`{name}`" in PROBLEM.brief for name in SCENARIOS)


def test_importing_the_problem_imports_nothing_heavy() -> None:
    heavy = "{'scipy', 'pandas', 'networkx', 'torch'}"
    code = f"import sys, problems.eplb; sys.exit(bool({heavy} & {{*sys.modules}}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
