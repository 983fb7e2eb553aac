"""Published figures are reproduced, measured splits are apart in time, and public programs run unchanged."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from problems.base import Instance, Limits, Outcome, Split, groups
from problems.datasets import DataFolder, DataMissing
from problems.spot import PROBLEM
from problems.spot.instances import JOBS, SMOKE_JOB
from problems.spot.interface import Decision, Observation
from problems.spot.published import adapt, dialects, measured
from problems.spot.simulator import Simulator

LEANING = """
from interface import Decision

class Policy:
    def __init__(self, setup): pass
    def step(self, observation): return Decision.SPOT if observation.has_spot else Decision.NONE
"""

PUBLIC_GREEDY = """
from __future__ import annotations
import math
from sky_spot.strategies.strategy import Strategy
from sky_spot.utils import ClusterType

class Greedy(Strategy):
    NAME = "greedy"

    def __init__(self, args):
        super().__init__(args)

    def reset(self, env, task):
        super().reset(env, task)
        self.asked = 0

    def _step(self, last_cluster_type: ClusterType, has_spot: bool) -> ClusterType:
        assert len(self.task_done_time) == self.asked + 1 == self.env.tick + 1
        assert self.remaining_restart_overhead == 0.0
        self.asked += 1
        left = self.task_duration - sum(self.task_done_time)
        gap = self.env.gap_seconds
        ticks = math.floor((self.deadline - self.env.elapsed_seconds) / gap)
        if math.ceil((left + self.restart_overhead) / gap) >= ticks:
            return ClusterType.ON_DEMAND
        if math.ceil((left + 2 * self.restart_overhead) / gap) >= ticks:
            alive = last_cluster_type == ClusterType.SPOT and has_spot
            return ClusterType.SPOT if alive else ClusterType.ON_DEMAND
        return ClusterType.SPOT if has_spot else ClusterType.NONE
"""

PolicyOf = Callable[[str], Any]
Measure = Callable[[Any, Instance], Outcome]


def figures(policy: Any, instances: Sequence[Instance], measure: Measure) -> dict[str, float]:
    outcomes = [measure(policy, instance) for instance in instances]
    return {
        **dialects(instances, outcomes),
        "strict": sum(outcome.score for outcome in outcomes) / len(outcomes),
        "late": sum(outcome.metrics["late"] for outcome in outcomes),
    }


@pytest.mark.parametrize(
    ("baseline", "strict", "lb", "mean_usd"),
    [
        ("on_demand", 0.626483, 0.0, 147.39),
        ("public_seed", 0.790715, 27.797871, 119.0345388),
        ("uniform_progress", 0.939798, 48.823307, 97.9731075),
        ("time_sliced", 0.933558, 48.115158, 98.6824686),
    ],
)
def test_baselines_reach_their_published_figures(
    published: Sequence[Instance],
    policy_of: PolicyOf,
    measure: Measure,
    *,
    baseline: str,
    strict: float,
    lb: float,
    mean_usd: float,
) -> None:
    found = figures(policy_of(PROBLEM.baseline(baseline).source), published, measure)
    expected = {"strict": strict, "lb": lb, "sd": -mean_usd, "late": 0}
    assert found == pytest.approx(expected, abs=5e-7)  # as many digits as are written here


def test_leaning_on_the_guarantee_is_cheaper_and_late(
    published: Sequence[Instance], policy_of: PolicyOf, measure: Measure
) -> None:
    found = figures(policy_of(LEANING), published, measure)
    assert (found["lb"], found["sd"], found["late"]) == pytest.approx((27.884467, -118.9477944, 40), abs=5e-7)


def test_a_published_group_is_one_window_under_every_deadline_and_overhead(
    published: Sequence[Instance],
) -> None:
    found = groups(published)
    assert (len(found), len({i.block for i in published})) == (180, 6)
    for group in found:
        assert [i.data.job for i in group] == list(JOBS)
        assert len({i.data.available for i in group}) == 1


def test_real_splits_have_their_sizes(data: DataFolder) -> None:
    search, validation = measured(Split.SEARCH, data), measured(Split.VALIDATION, data)
    assert (len({w.name for w in search}), len({w.block for w in search})) == (48, 8)
    assert {w.start for w in search} == {1767 + 12 * i for i in (0, 5, 10, 16, 21, 26)}
    assert (len(validation), len({w.block for w in validation})) == (64, 8)
    assert [len(w.available) for w in measured(Split.SMOKE, data)] == [SMOKE_JOB.ticks + 2]


def test_no_measured_tick_is_seen_by_two_splits(data: DataFolder) -> None:
    seen: dict[tuple[str, int], Split] = {}
    for split in (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.PUBLISHED):
        for window in measured(split, data):
            for tick in range(window.start, window.start + len(window.available)):
                assert seen.setdefault((window.block, tick), split) is split


def test_without_data_it_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"published_windows\.jsonl\.gz is needed"):
        PROBLEM.load("generated", Split.PUBLISHED, DataFolder(tmp_path))


def test_lb_stays_within_its_ends() -> None:
    instances = PROBLEM.load("generated", Split.SMOKE, DataFolder(Path("/nonexistent")))
    scores = [dialects(instances, [Outcome(0.5, {"cost_usd": usd})])["lb"] for usd in (200.0, 96.7944, 1.0)]
    assert scores == [0.0, pytest.approx(50.0), 100.0]


def test_a_public_program_decides_as_the_same_policy_in_our_words(
    policy_of: PolicyOf, measure: Measure
) -> None:
    adapted, ours = policy_of(adapt(PUBLIC_GREEDY)), policy_of(PROBLEM.baseline("public_seed").source)
    for instance in PROBLEM.load("generated", Split.SEARCH, DataFolder(Path("/nonexistent")))[:36]:
        assert measure(adapted, instance) == measure(ours, instance)


def test_a_public_program_needs_no_base_class(policy_of: PolicyOf) -> None:
    source = (
        "class Plain:\n    def _step(self, last_cluster_type, has_spot):\n        return last_cluster_type\n"
    )
    policy = policy_of(adapt(source))(smoke_setup())
    assert policy.step(Observation(600, True, Decision.ON_DEMAND, 3600, 0)) is Decision.ON_DEMAND


def test_the_public_environment_knows_the_present_only(policy_of: PolicyOf) -> None:
    policy = policy_of(adapt(PUBLIC_GREEDY))(smoke_setup())
    policy.step(Observation(0, True, Decision.NONE, 43_200, 0))
    known = {name: str(value) for name, value in vars(policy.strategy.env).items()}
    assert known == {
        "gap_seconds": "600.0",
        "elapsed_seconds": "0.0",
        "tick": "0",
        "cluster_type": "ClusterType.NONE",
        "_observed": "(<ClusterType.NONE: 'none'>, True)",
    }


def test_a_program_without_a_step_is_told_so(policy_of: PolicyOf) -> None:
    with pytest.raises(TypeError, match="class with `_step`"):
        policy_of(adapt("def solve(task): return ()\n"))


def smoke_setup() -> Any:
    (instance,) = PROBLEM.load("generated", Split.SMOKE, DataFolder(Path("/nonexistent")))
    return Simulator().setup(instance, Limits())
