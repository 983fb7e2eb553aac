"""A measured history is read as it was published, or refused by name; public programs decide as they did."""

import hashlib
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from problems.base import Instance, Limits, Outcome, Split
from problems.datasets import DataFolder, DataMissing
from problems.eplb import PROBLEM, published
from problems.eplb.instances import V3
from problems.eplb.published import HISTORY, adapt
from problems.eplb.simulator import Simulator

STEPS, WINDOWS = 4, 10
"""Steps of a window in these tests, so that files stay small."""

PUBLIC_PROGRAM = """
import torch


def rebalance_experts(weight, num_replicas, num_groups, num_nodes, num_gpus):
    layers, experts = weight.shape
    slot = torch.arange(num_replicas) % experts
    phy2log = slot.repeat(layers, 1)
    return phy2log, None, None
"""

MADE_UP = """
def rebalance_experts(weight, num_replicas, num_groups, num_nodes, num_gpus):
    layers, experts = len(weight.rows), len(weight.rows[0])
    row = [slot % experts for slot in range(num_replicas)]
    return type(weight)([row] * layers), [[0]], [[num_groups, num_nodes, num_gpus]]
"""


class Tensor:
    """As much of a tensor as the adapter needs: it can be made from rows, and gives them back."""

    def __init__(self, rows: list[list[int]]) -> None:
        self.rows = rows

    def tolist(self) -> list[list[int]]:
        return self.rows


def steps(windows: int = WINDOWS, spare: int = 0) -> list[np.ndarray]:
    """Step t asks expert (e + t) mod 7 + 1 times; so windows differ."""
    base = np.add.outer(np.arange(V3.layers), np.arange(V3.experts))
    return [(base + t) % 7 + 1 for t in range(windows * STEPS + spare)]


def write(root: Path, content: object) -> DataFolder:
    path = root / HISTORY
    path.parent.mkdir()
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(raw)
    (path.parent / "SHA256SUMS").write_text(f"{hashlib.sha256(raw).hexdigest()}  {path.name}\n")
    return DataFolder(root)


def as_file(loads: list[np.ndarray]) -> dict[str, object]:
    return {
        "load_history": [{"logical_expert_load": load.tolist(), "step": n} for n, load in enumerate(loads)]
    }


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(published, "STEPS", STEPS)
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path / "cache"))


def test_a_measured_history_is_cut_in_time_and_no_window_is_seen_twice(tmp_path: Path) -> None:
    loads = steps(spare=2)
    folder = write(tmp_path, as_file(loads))
    found: list[np.ndarray] = []
    for split, length in ((Split.SMOKE, 3), (Split.SEARCH, 3), (Split.VALIDATION, 4)):
        (instance,) = PROBLEM.load("real", split, folder)
        assert len(instance.data.windows) == length
        assert 0.0 < instance.data.reference <= 1.0
        found.extend(instance.data.windows)
    expected = [np.sum(loads[i * STEPS : (i + 1) * STEPS], axis=0) for i in range(WINDOWS)]
    assert np.array_equal(found, expected)


def test_without_data_it_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"eplb/expert-load\.json is needed"):
        PROBLEM.load("real", Split.SEARCH, DataFolder(tmp_path))


def test_another_file_than_was_summed_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, as_file(steps(1)))
    (tmp_path / HISTORY).write_text("{}")
    with pytest.raises(DataMissing, match=r"expert-load\.json has checksum"):
        PROBLEM.load("real", Split.SEARCH, folder)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        json.dumps(as_file(steps(1))).encode()[:-50],
        {"load_history": 3},
        {"history": []},
        {"load_history": [{"logical_expert_load": [[1, 2], [3, 4]]}] * WINDOWS * STEPS},
        {"load_history": [{"logical_expert_load": [[1, 2], [3]]}] * WINDOWS * STEPS},
        {"load_history": [{"physical_expert_load": [[1]]}] * WINDOWS * STEPS},
        as_file([load - 2 * (number == 7) * load for number, load in enumerate(steps())]),
        as_file(steps(8)),
        as_file([load * 0 for load in steps()]),
    ],
    ids=["empty", "cut", "no-list", "no-key", "shape", "ragged", "column", "negative", "short", "no-tokens"],
)
def test_a_file_that_is_no_load_history_is_refused_by_name(content: object, tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"expert-load\.json was expected to hold load_history of steps"):
        PROBLEM.load("real", Split.SEARCH, write(tmp_path, content))


def test_a_public_program_sees_counts_and_machines_and_only_its_slots_count(
    policy_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = types.ModuleType("torch")
    torch.__dict__.update(Tensor=Tensor, tensor=Tensor)
    monkeypatch.setitem(sys.modules, "torch", torch)
    (instance,) = PROBLEM.load("generated", Split.SMOKE, DataFolder(Path("/nonexistent")))
    policy = policy_of(adapt(MADE_UP))(Simulator().setup(instance, Limits()))
    observation = next(Simulator().simulate(instance))
    assert policy.step(observation) == [[slot % 16 for slot in range(24)]] * 4


def test_a_public_program_with_torch_decides_as_the_same_policy_in_our_words(
    policy_of: Callable[[str], Any], measure: Callable[[Any, Instance], Outcome]
) -> None:
    pytest.importorskip("torch", reason="programs of the public form work on torch tensors")
    adapted, ours = policy_of(adapt(PUBLIC_PROGRAM)), policy_of(PROBLEM.baselines[0].source)
    for instance in PROBLEM.load("generated", Split.SMOKE, DataFolder(Path("/nonexistent"))):
        assert measure(adapted, instance) == measure(ours, instance)


def test_a_program_without_the_function_is_told_so(policy_of: Callable[[str], Any]) -> None:
    with pytest.raises(TypeError, match="defines `rebalance_experts`"):
        policy_of(adapt("def rebalance(): pass\n"))


def test_the_public_form_says_that_it_needs_torch() -> None:
    assert PROBLEM.published_form is not None
    assert PROBLEM.published_form.modules == ("torch",)
    assert PROBLEM.dialects is None
