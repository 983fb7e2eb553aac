"""What problems tell of decisions agrees with what their simulators came to."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluators.decisions import Decided, Recorder
from evaluators.timeline import Row, parting, timeline
from evaluators.values import Measurement
from problems import cloudcast, eplb, kernel_choice, llm_sql, prism, spot, spot_multi, txn
from problems.base import Instance, Limits, Outcome, Problem, Split
from problems.datasets import DataFolder
from sandbox.faults import Fault, FaultKind
from tests.problems.driving import driven, executed


def instances(problem: Problem, split: Split, places: slice) -> list[Instance]:
    return list(problem.load("generated", split, DataFolder.find()))[places]


def recorded(
    problem: Problem, policy: str, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> tuple[Decided, Outcome]:
    """Runs a baseline, or a policy's source."""
    named = {baseline.name: baseline.source for baseline in problem.baselines}
    module = executed(named.get(policy, policy), problem.interface, monkeypatch)
    recorder: Any = Recorder(problem.evaluator)
    if problem.one_shot:
        task = recorder.task(instance, Limits())
        outcome = recorder.measure(instance, module.solve(task))
    else:
        outcome = driven(recorder, module.Policy, instance)
    measurement = Measurement(instance.name, "", "", outcome.score, outcome.metrics)
    seen = tuple(recorder.observations.get(instance.name, ()))
    return Decided(instance, measurement, tuple(recorder.decisions[instance.name]), seen), outcome


GREEDY = """
from interface import Decision

class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return Decision.SPOT
"""
"""Wants spot whether it is there or not, and so meets the guarantee."""

ROVING = """
from interface import Decision, Machine

class Policy:
    def __init__(self, setup):
        self.regions = len(setup.regions)

    def step(self, observation):
        return Decision(Machine.SPOT, observation.elapsed_s // 3600 % self.regions)
"""
"""Goes to the next region every hour, whatever is there, under the guarantee, too."""


@pytest.mark.parametrize(
    "baseline", ["on_demand", "public_seed", "uniform_progress", pytest.param(GREEDY, id="greedy")]
)
@pytest.mark.parametrize("split", [Split.SMOKE, Split.SEARCH])
def test_spot_tells_each_tick_as_it_was_billed(
    baseline: str, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    for instance in instances(spot.PROBLEM, split, slice(0, 48, 7)):
        decided, outcome = recorded(spot.PROBLEM, baseline, instance, monkeypatch)
        rows = timeline(spot.PROBLEM, decided)
        assert [row["ran"] for row in rows[:-1]] == [row["last"] for row in rows[1:]]
        assert rows[-1]["cost_usd"] == outcome.metrics["cost_usd"]
        assert rows[-1]["restarts"] == outcome.metrics["restarts"]


@pytest.mark.parametrize("baseline", ["public_greedy", "cheapest", pytest.param(ROVING, id="roving")])
def test_spot_multi_tells_each_tick_as_it_was_billed(baseline: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = spot_multi.PROBLEM
    for instance in instances(problem, Split.SEARCH, slice(0, 12, 4)):
        decided, outcome = recorded(problem, baseline, instance, monkeypatch)
        rows = timeline(problem, decided)
        assert [row["ran"] for row in rows[:-1]] == [row["last"] for row in rows[1:]]
        regions = [instance.data.regions[int(row["region"])] for row in rows[1:]]
        assert [row["ran_region"] for row in rows[:-1]] == regions
        assert rows[-1]["cost_usd"] == pytest.approx(outcome.metrics["cost_usd"], rel=1e-12)
        assert rows[-1]["restarts"] == outcome.metrics["restarts"]


@pytest.mark.parametrize("baseline", ["identity", "conflict_greedy"])
def test_txn_tells_when_each_transaction_runs(baseline: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for instance in instances(txn.PROBLEM, Split.SEARCH, slice(0, 3)):
        decided, outcome = recorded(txn.PROBLEM, baseline, instance, monkeypatch)
        rows = timeline(txn.PROBLEM, decided)
        assert max(int(row["end_step"]) for row in rows) == outcome.metrics["makespan"]
        assert rows[-1]["makespan_steps"] == outcome.metrics["makespan"]
        assert sum(int(row["growth_steps"]) for row in rows) == outcome.metrics["makespan"]
        assert all((row["waits_for"] == "") == (row["delay_steps"] == 0) for row in rows)
        places = {row["decision"]: i for i, row in enumerate(rows)}
        assert all(row["waits_for"] == "" or places[row["waits_for"]] < i for i, row in enumerate(rows))


def test_eplb_tells_how_even_each_window_was(monkeypatch: pytest.MonkeyPatch) -> None:
    (instance,) = instances(eplb.PROBLEM, Split.SMOKE, slice(0, 1))
    decided, outcome = recorded(eplb.PROBLEM, "largest_first", instance, monkeypatch)
    counted = [row for row in timeline(eplb.PROBLEM, decided) if row["counted"]]

    def mean(name: str) -> float:
        return float(np.mean([float(row[name]) for row in counted]))

    assert mean("balance") == pytest.approx(outcome.score, rel=1e-12)
    assert mean("balance_seen") == pytest.approx(outcome.metrics["same_window"], rel=1e-12)
    assert mean("moved_share") == pytest.approx(outcome.metrics["moved"], rel=1e-9)
    assert all(float(row["busiest_gpu_tokens"]) >= float(row["mean_gpu_tokens"]) for row in counted)


def test_prism_tells_the_pressure_on_each_models_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    (instance,) = instances(prism.PROBLEM, Split.SEARCH, slice(0, 1))
    decided, outcome = recorded(prism.PROBLEM, "best_fit", instance, monkeypatch)
    rows = timeline(prism.PROBLEM, decided)
    assert max(row["gpu_kvpr"] for row in rows) == pytest.approx(outcome.metrics["max_kvpr"], rel=1e-12)
    assert [row["size_gb"] for row in rows] == [model.size_gb for model in instance.data.models]
    assert sum(row["decision"] == rows[0]["decision"] for row in rows) == rows[0]["gpu_models"]


def test_kernel_choice_tells_the_time_of_each_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    (instance,) = instances(kernel_choice.PROBLEM, Split.SEARCH, slice(0, 1))
    decided, outcome = recorded(kernel_choice.PROBLEM, "tutorial", instance, monkeypatch)
    rows = timeline(kernel_choice.PROBLEM, decided)
    for name in ("time_us", "best_us", "cublas_us"):
        assert sum(float(row[name]) for row in rows) == pytest.approx(outcome.metrics[name], rel=1e-12)


def test_llm_sql_tells_what_the_cache_serves_of_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    (instance,) = instances(llm_sql.PROBLEM, Split.SMOKE, slice(0, 1))
    decided, outcome = recorded(llm_sql.PROBLEM, "fixed_columns", instance, monkeypatch)
    rows = timeline(llm_sql.PROBLEM, decided)
    hits, characters = (sum(int(row[name]) for row in rows) for name in ("hit_characters", "characters"))
    assert characters == outcome.metrics["characters"]
    assert characters - hits == outcome.metrics["missed_characters"]


def test_cloudcast_tells_what_each_walk_adds_to_the_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    (instance,) = instances(cloudcast.PROBLEM, Split.SMOKE, slice(0, 1))
    decided, outcome = recorded(cloudcast.PROBLEM, "steiner", instance, monkeypatch)
    rows = timeline(cloudcast.PROBLEM, decided)
    assert any(row["shared_edges"] for row in rows)
    assert sum(float(row["egress_usd"]) for row in rows) == pytest.approx(
        outcome.metrics["egress_usd"], rel=1e-9
    )
    assert all(str(row["decision"]).endswith(f"> {row['destination']}") for row in rows)


def test_two_policies_part_once_although_what_follows_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    (instance,) = instances(spot.PROBLEM, Split.SMOKE, slice(0, 1))
    one, _ = recorded(spot.PROBLEM, "on_demand", instance, monkeypatch)
    other, _ = recorded(spot.PROBLEM, "public_seed", instance, monkeypatch)
    found = parting(spot.PROBLEM, one, other)
    assert found is not None
    apart = [
        i for i, pair in enumerate(zip(one.decisions, other.decisions, strict=False)) if len({*pair}) > 1
    ]
    assert found.index == apart[0]
    first, second = found.rows
    assert (first, second) == (timeline(spot.PROBLEM, one)[apart[0]], timeline(spot.PROBLEM, other)[apart[0]])


def test_placements_part_at_the_first_model_that_is_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    (instance,) = instances(prism.PROBLEM, Split.SEARCH, slice(0, 1))
    decided, _ = recorded(prism.PROBLEM, "best_fit", instance, monkeypatch)
    placement = dict(decided.decisions[0])
    home = {index: gpu for gpu, placed in placement.items() for index in placed}
    other = next(index for index in sorted(home) if home[index] != home[0])
    beside = {**placement, home[0]: (*placement[home[0]], other)}
    beside[home[other]] = tuple(index for index in placement[home[other]] if index != other)
    found = parting(prism.PROBLEM, decided, replace(decided, decisions=(beside,)))
    assert found is not None
    assert found.index == other > 0


def test_of_a_decision_that_broke_a_rule_the_problem_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    (instance,) = instances(spot_multi.PROBLEM, Split.SMOKE, slice(0, 1))
    whole, _ = recorded(spot_multi.PROBLEM, "on_demand", instance, monkeypatch)
    fault = Fault(FaultKind.INVALID, "region_out_of_range", "said")
    lost = spot_multi.interface.Decision(spot_multi.interface.Machine.SPOT, 99)
    broken = replace(
        whole,
        measurement=replace(whole.measurement, fault=fault),
        decisions=(*whole.decisions[:2], lost),
        observations=whole.observations[:3],
    )
    rows = timeline(spot_multi.PROBLEM, broken)
    assert [row["decision_region"] for row in rows] == [0, 0, 99]
    assert ["ran" in row for row in rows] == [True, True, False]
    unread = replace(broken, decisions=whole.decisions[:2])
    assert ["ran" in row for row in timeline(spot_multi.PROBLEM, unread)] == [True, True]


def test_one_that_ends_first_parts_there(monkeypatch: pytest.MonkeyPatch) -> None:
    (instance,) = instances(spot.PROBLEM, Split.SMOKE, slice(0, 1))
    whole, _ = recorded(spot.PROBLEM, "on_demand", instance, monkeypatch)
    half = Decided(instance, whole.measurement, whole.decisions[:5], whole.observations[:6])
    found = parting(spot.PROBLEM, whole, half)
    assert found is not None
    assert (found.index, found.rows[1], found.seen) == (5, None, 6)


def flat(decision: object) -> Row:
    """A decision as a problem without a timeline of its own tells it."""
    instance = Instance("i", "g", "b", "d", None)
    decided = Decided(instance, Measurement("i", "g", "b", 0.0, {}), (decision,), ((),))
    return timeline(replace(spot.PROBLEM, timeline=None), decided)[0]


def test_decisions_become_columns_by_their_form() -> None:
    machine = spot_multi.interface.Machine.SPOT
    assert flat(spot_multi.interface.Decision(machine, 2)) == {
        "step": 0,
        "decision_machine": "spot",
        "decision_region": 2,
    }
    assert flat((1.5, float("nan"), None, np.int64(3))) == {
        "step": 0,
        "decision_0": 1.5,
        "decision_1": "nan",
        "decision_2": "",
        "decision_3": 3,
    }
    assert flat(1 << 80)["decision"] == str(1 << 80)


def test_long_decisions_are_told_apart_by_a_fingerprint() -> None:
    long = np.arange(2000)
    other = long.copy()
    other[1000] = 7
    assert flat("a" * 1000)["decision"] != flat("a" * 1001)["decision"] != "a" * 1001
    assert flat(long) == flat(long.copy())
    assert flat(long)["decision"] != flat(other)["decision"]


@pytest.mark.parametrize(
    ("problem", "baseline"),
    [
        (spot.PROBLEM, "on_demand"),
        (spot_multi.PROBLEM, "on_demand"),
        (eplb.PROBLEM, "round_robin"),
        (txn.PROBLEM, "identity"),
        (prism.PROBLEM, "round_robin"),
        (llm_sql.PROBLEM, "original"),
        (cloudcast.PROBLEM, "direct"),
        (kernel_choice.PROBLEM, "fixed"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_every_column_that_a_problem_adds_is_explained(
    problem: Problem, baseline: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (instance,) = instances(problem, Split.SMOKE, slice(0, 1))
    decided, _ = recorded(problem, baseline, instance, monkeypatch)
    told = (Path(__file__).parents[2] / "docs" / "traces.md").read_text()
    plain = timeline(replace(problem, timeline=None), decided)[0] if not problem.one_shot else {}
    added = timeline(problem, decided)[0].keys() - plain.keys() - {"position", "decision"}
    assert added
    assert [name for name in sorted(added) if f"`{name}`" not in told] == []
