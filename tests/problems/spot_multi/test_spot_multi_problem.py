"""The problem says of itself what is so."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from problems.base import Baseline, Instance, Outcome, Split
from problems.datasets import DataFolder
from problems.spot_multi import PROBLEM, simulator

NOWHERE = DataFolder(Path("/nonexistent"))
BASELINES = pytest.mark.parametrize("baseline", PROBLEM.baselines, ids=lambda baseline: baseline.name)

PolicyOf = Callable[[str], Any]
Measure = Callable[[Any, Instance], Outcome]


def imported(source: str) -> set[str]:
    """Top names of all modules that a source imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found


@BASELINES
def test_a_baseline_reaches_its_reference_score(
    baseline: Baseline, policy_of: PolicyOf, measure: Measure
) -> None:
    policy = policy_of(baseline.source)
    outcomes = [
        measure(policy, instance) for instance in PROBLEM.load("generated", Split.VALIDATION, NOWHERE)
    ]
    assert sum(outcome.metrics["late"] for outcome in outcomes) == 0
    mean = sum(outcome.score for outcome in outcomes) / len(outcomes)
    assert mean == pytest.approx(baseline.score, abs=5e-5)  # stated with four digits


@BASELINES
def test_a_baseline_imports_little_but_the_interface(baseline: Baseline) -> None:
    assert imported(baseline.source) - {"math"} == {"interface"}


def test_the_interface_imports_the_standard_library_only() -> None:
    assert imported(PROBLEM.interface_text) == {"enum", "typing"}


def test_baselines_lie_in_different_cells(policy_of: PolicyOf, measure: Measure) -> None:
    instances = PROBLEM.load("generated", Split.SEARCH, NOWHERE)
    cells = set()
    for baseline in PROBLEM.baselines:
        policy = policy_of(baseline.source)
        outcomes = [measure(policy, instance) for instance in instances]
        means = [sum(o.metrics[axis.metric] for o in outcomes) / len(outcomes) for axis in PROBLEM.axes]
        cells.add(
            tuple(
                sum(mean >= edge for edge in axis.edges)
                for mean, axis in zip(means, PROBLEM.axes, strict=True)
            )
        )
    assert len(cells) == len(PROBLEM.baselines)


def test_the_idle_policy_is_first_and_seeds_are_baselines() -> None:
    assert PROBLEM.baselines[0].name == "on_demand"
    assert set(PROBLEM.seeds) <= {baseline.name for baseline in PROBLEM.baselines}


def test_the_brief_names_every_rule() -> None:
    rules = re.findall(r'InvalidAnswer\("(\w+)"', Path(str(simulator.__file__)).read_text())
    assert rules == ["region_out_of_range"]
    assert all(f"`{rule}`" in PROBLEM.brief.split("### Forbidden")[1] for rule in rules)


def test_the_brief_states_the_limits() -> None:
    limits = PROBLEM.limits[Split.SEARCH]
    assert (limits.init_cpu_s, limits.step_mean_cpu_s, limits.step_cpu_s, limits.memory_bytes) == (
        *(0.5, 50e-6, 0.1, 1 << 30),
    )
    stated = " ".join(PROBLEM.brief.split())
    assert "0.5 s of CPU for `__init__`, 50 us for a `step` on average, 0.1 s for any one, 1 GB" in stated


def test_the_brief_tells_the_baselines_strength() -> None:
    context = PROBLEM.brief.split("## Context")[1]
    for baseline in PROBLEM.baselines:
        assert f"{baseline.score:.2f}" in context or f"{baseline.score:.3f}" in context
