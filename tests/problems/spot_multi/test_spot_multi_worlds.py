"""Generated windows are the same everywhere, apart from one another, and like measured ones."""

from itertools import combinations, groupby, pairwise
from pathlib import Path

import numpy as np
import pytest

from problems.base import Instance, Split, fingerprint, groups
from problems.datasets import DataFolder
from problems.spot_multi import PROBLEM
from problems.spot_multi.instances import JOB, REGIONS, SCENARIOS, Window
from problems.spot_multi.worlds import generated

NOWHERE = DataFolder(Path("/nonexistent"))
SPLITS = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)
LARGE = pytest.mark.parametrize("split", SPLITS[1:])


def load(split: Split) -> tuple[Instance, ...]:
    return tuple(PROBLEM.load("generated", split, NOWHERE))


def zones(split: Split) -> list[tuple[Window, int]]:
    return [(window, i) for window in generated(split) for i in range(len(window.regions))]


def runs(split: Split, kind: bool) -> np.ndarray:
    """Lengths in ticks of all runs with spot (or without) that begin and end inside a window."""
    lengths = []
    for window, i in zones(split):
        found = [(up, len(list(members))) for up, members in groupby(window.available[:, i].tolist())]
        lengths += [length for up, length in found[1:-1] if up == kind]
    return np.array(lengths)


@pytest.mark.parametrize(
    ("split", "golden"),
    [
        (Split.SMOKE, "e16cf4b14cfc6fb0f9ad3e282e510355"),
        (Split.SEARCH, "9f1aa57a6949a36834a0cb16b74f07c6"),
        (Split.VALIDATION, "7e8217d454c84729dfce55097cb9c483"),
        (Split.HOLDOUT, "ed2980d3b7d6265cc93c5e1b21ec75e0"),
    ],
)
def test_instances_of_version_1_are_these(split: Split, golden: str) -> None:
    found = fingerprint(*(i.name + i.group + i.block + i.digest for i in load(split)))
    assert (PROBLEM.version, found) == (1, golden)


@pytest.mark.parametrize(
    ("split", "windows", "blocks"),
    [(Split.SEARCH, 12, 8), (Split.VALIDATION, 24, 16), (Split.HOLDOUT, 24, 16)],
)
def test_a_group_is_one_window(split: Split, windows: int, blocks: int) -> None:
    instances = load(split)
    assert (len(groups(instances)), len(instances)) == (windows, windows)
    assert len({i.block for i in instances}) == blocks
    assert {i.data.job for i in instances} == {JOB}


@LARGE
def test_each_law_meets_each_choice_of_regions(split: Split) -> None:
    found = {(window.block.split("-")[0], window.regions) for window in generated(split)}
    choices = {tuple(REGIONS[i] for i in chosen) for chosen in SCENARIOS.values()}
    assert found == {(law, choice) for law in ("renewal", "markov") for choice in choices}


def test_smoke_is_one_short_run() -> None:
    (instance,) = load(Split.SMOKE)
    assert instance.data.job.ticks < 300


def test_no_window_is_in_two_splits() -> None:
    digests = [instance.digest for split in SPLITS for instance in load(split)]
    assert len(set(digests)) == len(digests) == 1 + 12 + 24 + 24


def test_every_optimum_is_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path))
    for split in SPLITS:
        load(split)
    assert list(tmp_path.iterdir()) == []


@LARGE
def test_availability_and_runs_are_like_the_measured_ones(split: Split) -> None:
    shares = [window.available[:, i].mean() for window, i in zones(split)]
    assert 0.45 < np.mean(shares) < 0.7  # measured: 0.53 in SEARCH, 0.68 in the published weeks
    assert min(shares) < 0.15
    assert max(shares) > 0.95
    for kind, means, medians in ((True, (9, 131), (4, 90)), (False, (5, 62), (4, 58))):
        lengths = runs(split, kind)
        assert means[0] <= lengths.mean() <= means[1]  # between the least and the greatest of a measured zone
        assert medians[0] <= np.median(lengths) <= medians[1]


@LARGE
def test_near_regions_lose_spot_together_and_far_ones_do_not(split: Split) -> None:
    near: list[float] = []
    far: list[float] = []
    for window in generated(split):
        constant = window.available.std(axis=0) == 0
        noise = 1e-9 * np.random.default_rng(1).random(window.available.T.shape)
        found: np.ndarray = np.asarray(np.corrcoef(window.available.T + noise))
        for i, j in combinations(range(len(window.regions)), 2):
            if not (constant[i] or constant[j]):
                pair = near if window.regions[i][:-1] == window.regions[j][:-1] else far
                pair.append(found[i, j])
    assert 0.2 < np.mean(near) < 0.6  # measured by pair of zones: 0.14 to 0.67
    assert abs(np.mean(far)) < 0.1  # -0.2 to 0.3


@LARGE
def test_prices_are_like_the_measured_ones(split: Split) -> None:
    changes, levels = [], []
    for window, i in zones(split):
        steps = [(price, len(list(members))) for price, members in groupby(window.prices[:, i].tolist())]
        levels += [price for price, _ in steps]
        changes += [abs(after[0] / before[0] - 1) for before, after in pairwise(steps)]
        assert all(length >= 60 for _, length in steps[1:-1])
    assert (min(levels), max(levels) < 21_000) == (9180, True)  # measured: 0.918 to 1.85 dollars an hour
    assert 0.002 < np.mean(changes) < 0.01
    assert max(changes) < 0.038


@LARGE
def test_scarce_regions_are_dear(split: Split) -> None:
    shares = [window.available[:, i].mean() for window, i in zones(split)]
    prices = [window.prices[:, i].mean() for window, i in zones(split)]
    assert np.corrcoef(shares, prices)[0, 1] < -0.5


def test_a_split_the_workload_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="holdout"):
        PROBLEM.load("real", Split.HOLDOUT, NOWHERE)
    with pytest.raises(ValueError, match="search"):
        PROBLEM.load("lb_dynamics", Split.SEARCH, NOWHERE)
