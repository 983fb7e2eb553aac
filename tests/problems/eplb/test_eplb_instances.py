"""Generated histories are the same everywhere, apart from one another, and as hard as is said."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from problems.base import Instance, Split, fingerprint, groups
from problems.datasets import DataFolder
from problems.eplb import PROBLEM
from problems.eplb.instances import LITE, SCENARIOS, V3, generated

NOWHERE = DataFolder(Path("/nonexistent"))
SPLITS = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)


@cache
def load(split: Split) -> tuple[Instance, ...]:
    return tuple(PROBLEM.load("generated", split, NOWHERE))


@pytest.mark.parametrize(
    ("split", "golden"),
    [
        (Split.SMOKE, "221118aca47b1ca0d3a35ed0010e01fe"),
        (Split.SEARCH, "21740f03ecb62a20f2f196cf6932cad3"),
        (Split.VALIDATION, "565e074d82ce0cf3a502386ab3e9efd6"),
        (Split.HOLDOUT, "9c710b1a0c699580170c5ec667872519"),
    ],
)
def test_instances_of_version_1_are_these(split: Split, golden: str) -> None:
    found = fingerprint(*(i.name + i.group + i.block + i.digest for i in load(split)))
    assert (PROBLEM.version, found) == (1, golden)


@pytest.mark.parametrize(("split", "size"), [(Split.SEARCH, 8), (Split.VALIDATION, 12), (Split.HOLDOUT, 12)])
def test_every_history_is_a_group_and_a_block_of_twenty_windows(split: Split, size: int) -> None:
    instances = load(split)
    assert len(groups(instances)) == len({i.block for i in instances}) == len(instances) == size
    assert {len(i.data.windows) for i in instances} == {20}
    assert {i.name.split("-")[0] for i in instances} == set(SCENARIOS)
    assert {i.data.shape for i in instances} == {V3, LITE}


def test_smoke_is_one_short_history_in_which_something_moves() -> None:
    (instance,) = load(Split.SMOKE)
    assert instance.data.windows.shape == (4, 4, 16)
    assert instance.data.shape.replicas > 16


def test_no_window_is_in_two_histories() -> None:
    windows = [window.tobytes() for split in SPLITS for i in load(split) for window in i.data.windows]
    assert len(set(windows)) == len(windows)


def test_windows_are_read_only_so_that_no_one_changes_a_history() -> None:
    for instance in load(Split.SMOKE):
        assert not instance.data.windows.flags.writeable


def test_a_digest_is_of_the_machines_and_every_count() -> None:
    (instance,) = load(Split.SMOKE)
    history = instance.data
    served = (4, 16, 24, 4, 2, 4)
    assert instance.digest == fingerprint("eplb", served, history.windows)
    assert history.windows.dtype == np.int64


def test_generating_draws_the_same_again() -> None:
    assert [i.digest for i in generated(Split.SMOKE)] == [i.digest for i in generated(Split.SMOKE)]


@pytest.mark.parametrize("workload", ["generated", "real"])
@pytest.mark.parametrize("split", [Split.PUBLISHED])
def test_a_split_the_workload_lacks_is_refused(workload: str, split: Split) -> None:
    with pytest.raises(ValueError, match="published"):
        PROBLEM.load(workload, split, NOWHERE)
