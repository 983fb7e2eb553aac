"""Published figures are reproduced, measured splits are apart in time, and public programs run unchanged."""

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from problems.base import Instance, Limits, Outcome, Split, groups
from problems.datasets import DataFolder, DataMissing
from problems.spot_multi import PROBLEM
from problems.spot_multi.instances import JOB, SMOKE_TICKS
from problems.spot_multi.interface import Decision, Machine, Observation
from problems.spot_multi.published import adapt, dialects, measured
from problems.spot_multi.simulator import Dynamics, Simulator

NOWHERE = DataFolder(Path("/nonexistent"))

PUBLIC_GREEDY = """
from __future__ import annotations
import math
from sky_spot.strategies.multi_strategy import MultiRegionStrategy
from sky_spot.utils import ClusterType

class Greedy(MultiRegionStrategy):
    NAME = "greedy"

    def __init__(self, args):
        super().__init__(args)

    def _step(self, last_cluster_type: ClusterType, has_spot: bool) -> ClusterType:
        env = self.env
        here = env.get_current_region()
        assert has_spot == env.get_all_regions_spot_available()[here]
        assert len(env.get_all_regions_spot_prices()) == env.get_num_regions()
        assert len(self.task_done_time) == env.tick + 1
        left = self.task_duration - sum(self.task_done_time)
        gap = env.gap_seconds
        ticks = math.floor((self.deadline - env.elapsed_seconds) / gap)
        if math.ceil((left + self.restart_overhead) / gap) >= ticks:
            return ClusterType.ON_DEMAND
        if math.ceil((left + 2 * self.restart_overhead) / gap) >= ticks:
            alive = last_cluster_type == ClusterType.SPOT and has_spot
            return ClusterType.SPOT if alive else ClusterType.ON_DEMAND
        if has_spot:
            return ClusterType.SPOT
        assert env.switch_region((here + 1) % env.get_num_regions())
        assert not env.switch_region(env.get_num_regions())
        return ClusterType.NONE
"""

PolicyOf = Callable[[str], Any]
Measure = Callable[[Any, Instance], Outcome]


@pytest.mark.parametrize(
    ("baseline", "strict", "lb", "sd"),
    [
        ("on_demand", 0.497126, 0.0, -147.5175),
        ("public_greedy", 0.8608725, 64.58251105, -82.18692369),
        ("uniform_progress", 0.9221144, 71.83312116, -74.92390054),
        ("cheapest", 0.9231766, 71.84425636, -74.91274627),
        ("lifetimes", 0.9437492, 73.70335511, -73.05046475),
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
    sd: float,
) -> None:
    policy = policy_of(PROBLEM.baseline(baseline).source)
    outcomes = [measure(policy, instance) for instance in published]
    assert sum(o.score for o in outcomes) / len(outcomes) == pytest.approx(strict, abs=1e-7)
    assert sum(o.metrics["late"] for o in outcomes) == 0.0
    twins = [replace(i, data=replace(i.data, dynamics=Dynamics.LB)) for i in published]
    found = dialects(twins, [measure(policy, twin) for twin in twins])
    assert found == pytest.approx({"lb": lb, "sd": sd}, abs=1e-7)


@pytest.mark.slow
def test_the_command_measures_by_both_rules(data: DataFolder) -> None:
    words = ["eval", "spot_multi", "--baseline", "lifetimes", "--split", "published", "--json"]
    ended = subprocess.run([sys.executable, "-m", "evolve", *words], check=True, capture_output=True)
    found = json.loads(ended.stdout)
    assert found["score"] == pytest.approx(0.9437492, abs=1e-7)
    assert found["dialects"] == pytest.approx({"lb": 73.70335511, "sd": -73.05046475}, abs=1e-7)


def test_published_scores_are_of_the_public_dynamics(published: Sequence[Instance]) -> None:
    assert PROBLEM.dialect_workload == "lb_dynamics"
    assert PROBLEM.workloads["lb_dynamics"] == (Split.PUBLISHED,)
    assert {i.data.dynamics for i in published} == {Dynamics.STRICT}


def test_every_published_window_is_a_group_and_every_stretch_of_time_a_block(
    published: Sequence[Instance],
) -> None:
    assert (len(published), len(groups(published)), len({i.block for i in published})) == (34, 34, 8)
    assert {i.data.job for i in published} == {JOB}
    assert published[-1].data.regions[0] == "us-east-2a"
    assert [len(i.data.regions) for i in published[::8]] == [2, 2, 3, 3, 9]


def test_real_splits_have_their_sizes(data: DataFolder) -> None:
    search, validation = measured(Split.SEARCH, data), measured(Split.VALIDATION, data)
    assert (len({w.name for w in search}), len({w.block for w in search})) == (12, 4)
    assert (len({w.name for w in validation}), len({w.block for w in validation})) == (12, 1)
    assert {len(w.regions) for w in search} == {len(w.regions) for w in validation} == {2, 3, 5, 9}
    assert [w.available.shape for w in measured(Split.SMOKE, data)] == [(SMOKE_TICKS, 3)]


def test_no_measured_tick_is_seen_by_two_splits_or_two_blocks(data: DataFolder) -> None:
    seen: dict[int, str] = {}
    for split in (Split.SMOKE, Split.SEARCH, Split.VALIDATION):
        for window in measured(split, data):
            block = f"{split}/{window.block}"
            for tick in range(window.start, window.start + len(window.available)):
                assert seen.setdefault(tick, block) == block


def test_a_measured_price_is_the_one_of_its_tick(data: DataFolder) -> None:
    window = measured(Split.PUBLISHED, data)[0]
    assert window.name == "1a+1c.0"
    assert window.prices[[104, 105, 164, 165], 0].tolist() == [15521, 15271, 15271, 15093]
    assert window.prices.max() < 18_000


def test_lb_stays_within_its_ends() -> None:
    (instance,) = PROBLEM.load("generated", Split.SMOKE, NOWHERE)

    def lb(usd: float) -> float:
        return dialects([instance], [Outcome(0.5, {"cost_usd": usd})])["lb"]

    assert [lb(200.0), lb(96.7944), lb(1.0)] == [0.0, pytest.approx(50.0), 100.0]


def test_the_mean_is_over_scenarios_not_over_windows() -> None:
    (instance,) = PROBLEM.load("generated", Split.SMOKE, NOWHERE)
    instances = [replace(instance, name=name) for name in ("1a+1c.0", "1a+1c.1", "nine.0")]
    outcomes = [Outcome(0.5, {"cost_usd": usd}) for usd in (40.0, 60.0, 100.0)]
    assert dialects(instances, outcomes)["sd"] == -75.0


def test_a_public_program_decides_as_the_same_policy_in_our_words(
    policy_of: PolicyOf, measure: Measure
) -> None:
    adapted, ours = policy_of(adapt(PUBLIC_GREEDY)), policy_of(PROBLEM.baseline("public_greedy").source)
    for instance in PROBLEM.load("generated", Split.SEARCH, NOWHERE):
        assert measure(adapted, instance) == measure(ours, instance)


def test_a_public_program_needs_no_base_class(policy_of: PolicyOf) -> None:
    source = (
        "class Plain:\n    def _step(self, last_cluster_type, has_spot):\n"
        "        self.env.switch_region(1)\n        return last_cluster_type\n"
    )
    policy = policy_of(adapt(source))(smoke_setup())
    now = Observation(195, 0, Machine.ON_DEMAND, 3600, 0, (False, True, True), (0.9, 1.0, 1.1))
    assert policy.step(now) == Decision(Machine.ON_DEMAND, 1)


def test_the_public_environment_knows_the_present_only(policy_of: PolicyOf) -> None:
    policy = policy_of(adapt(PUBLIC_GREEDY))(smoke_setup())
    policy.step(Observation(0, 0, Machine.NONE, 43_200, 0, (True, False, True), (0.9, 1.0, 1.1)))
    known = {name: str(value) for name, value in vars(policy.strategy.env).items()}
    assert known == {
        "gap_seconds": "195.0",
        "elapsed_seconds": "0.0",
        "tick": "0",
        "cluster_type": "ClusterType.NONE",
        "_last": "ClusterType.NONE",
        "_region": "0",
        "_available": "(True, False, True)",
        "_prices": "(0.9, 1.0, 1.1)",
    }


def test_a_program_without_a_step_is_told_so(policy_of: PolicyOf) -> None:
    with pytest.raises(TypeError, match="class with `_step`"):
        policy_of(adapt("def solve(task): return ()\n"))


def smoke_setup() -> Any:
    (instance,) = PROBLEM.load("generated", Split.SMOKE, NOWHERE)
    return Simulator().setup(instance, Limits())


@pytest.mark.parametrize("workload", ["generated", "real", "lb_dynamics"])
def test_without_data_it_says_what_is_missing(tmp_path: Path, workload: str) -> None:
    with pytest.raises(DataMissing, match=r"published_windows\.jsonl\.gz is needed"):
        PROBLEM.load(workload, Split.PUBLISHED, DataFolder(tmp_path))


ROW = {
    "region": "us-east-1a_v100_1",
    "trace_id": "0",
    "start_index": 0,
    "metadata": {"gap_seconds": 195},
    "data": "01" * 553 + "0",
    "prices_rle": [[1.5, 1000], [1.4, 107]],
}


def folder_with(root: Path, packed: bytes, *, listed: bool = True) -> DataFolder:
    folder = root / "spot_multi"
    folder.mkdir()
    (folder / "search_windows.jsonl.gz").write_bytes(packed)
    digest = hashlib.sha256(packed).hexdigest() if listed else "0" * 64
    (folder / "SHA256SUMS").write_text(f"{digest}  search_windows.jsonl.gz\n")
    return DataFolder(root)


def packed(**changes: object) -> bytes:
    return gzip.compress((json.dumps(ROW | changes) + "\n").encode())


def test_another_file_than_the_published_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"search_windows\.jsonl\.gz has checksum"):
        measured(Split.SEARCH, folder_with(tmp_path, packed(), listed=False))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (packed()[:-20], "EOFError"),
        (gzip.compress(b"[1, 2"), "JSONDecodeError"),
        (gzip.compress(b"[1, 2]\n"), "TypeError"),
        (gzip.compress(b'{"region": "us-east-1a_v100_1"}\n'), "start_index"),
        (packed(data="01"), "expected 1107 marks"),
        (packed(data="2" * 1107), "each 0 or 1"),
        (packed(metadata={"gap_seconds": 600}), "195 s apart"),
        (packed(prices_rle=[[1.5, 1106]]), "expected 1107 prices"),
        (packed(prices_rle=[[3.5, 1107]]), "below that of on-demand"),
        (packed(prices_rle=[["dear", 1107]]), "TypeError"),
        (packed(region="eu-west-1a_v100_1"), "expected a stretch 0 of us-east-1a"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # of a packed file, the time would be part
)
def test_a_file_that_is_not_what_it_should_be_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataMissing, match=r"search_windows\.jsonl\.gz was expected to hold") as error:
        measured(Split.SEARCH, folder_with(tmp_path, content))
    assert message in str(error.value)
