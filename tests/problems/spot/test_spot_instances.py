"""Generated windows are the same everywhere, apart from one another, and like measured ones."""

from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from problems.base import Instance, Split, fingerprint, groups
from problems.datasets import DataFolder
from problems.spot import PROBLEM
from problems.spot.instances import DAY_TICKS, JOBS, Availability, generated, markov, renewal

NOWHERE = DataFolder(Path("/nonexistent"))
SPLITS = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)


def load(split: Split) -> tuple[Instance, ...]:
    return tuple(PROBLEM.load("generated", split, NOWHERE))


def runs(split: Split, kind: bool) -> np.ndarray:
    """Lengths in ticks of all runs with spot (or without) that begin and end inside a window."""
    lengths = []
    for window in generated(split):
        found = [(up, len(list(members))) for up, members in groupby(window.available)]
        lengths += [length for up, length in found[1:-1] if up == kind]
    return np.array(lengths)


@pytest.mark.parametrize(
    ("split", "golden"),
    [
        (Split.SMOKE, "3cdaa95474344d54cd644fa9357be3d4"),
        (Split.SEARCH, "4387028581e6e418710dacf146b57c34"),
        (Split.VALIDATION, "a79b4758a601ae1579b046af01a89bbb"),
        (Split.HOLDOUT, "303d01776f9c486dac6d72b089dcefaa"),
    ],
)
def test_instances_of_version_1_are_these(split: Split, golden: str) -> None:
    found = fingerprint(*(i.name + i.group + i.block + i.digest for i in load(split)))
    assert (PROBLEM.version, found) == (1, golden)


@pytest.mark.parametrize(
    ("split", "windows", "blocks"),
    [(Split.SEARCH, 24, 8), (Split.VALIDATION, 48, 16), (Split.HOLDOUT, 48, 16)],
)
def test_a_group_is_one_window_under_every_deadline_and_overhead(
    split: Split, windows: int, blocks: int
) -> None:
    instances = load(split)
    found = groups(instances)
    assert (len(found), len({i.block for i in instances})) == (windows, blocks)
    for group in found:
        assert [i.data.job for i in group] == list(JOBS)
        assert len({i.data.available for i in group}) == 1
        assert len({i.block for i in group}) == 1


def test_smoke_is_one_short_run() -> None:
    (instance,) = load(Split.SMOKE)
    assert instance.data.job.ticks < 100


def test_no_window_is_in_two_splits() -> None:
    windows = [window.available for split in SPLITS for window in generated(split)]
    assert len(set(windows)) == len(windows)


def test_every_optimum_is_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path))
    for split in SPLITS:
        load(split)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("split", [Split.SEARCH, Split.VALIDATION, Split.HOLDOUT])
def test_availability_and_runs_are_like_the_measured_ones(split: Split) -> None:
    shares = [np.mean(window.available) for window in generated(split)]
    assert 0.4 < np.mean(shares) < 0.6  # published zones: 0.20 to 0.67, all together 0.47
    assert min(shares) < 0.2
    assert max(shares) > 0.8
    for kind, means, medians, tails in (
        (True, (4, 14), (1, 5), (33, 105)),
        (False, (4, 14), (1, 5), (30, 175)),
    ):
        lengths = runs(split, kind)
        assert means[0] <= lengths.mean() <= means[1]
        assert medians[0] <= np.median(lengths) <= medians[1]
        assert tails[0] <= np.percentile(lengths, 99) <= tails[1]


@pytest.mark.parametrize("zone", [renewal, markov])
def test_availability_swings_with_the_day(zone: Callable[[np.random.Generator, float], Availability]) -> None:
    rng, days, zones = np.random.Generator(np.random.PCG64(1)), 40, 30
    spectrum = np.zeros(days * DAY_TICKS // 2 + 1)
    for _ in range(zones):
        available = zone(rng, 0.5)
        ticks = days * DAY_TICKS
        states = available(iter(rng.random(2 * ticks).tolist()), ticks)[:ticks]
        spectrum += np.abs(np.fft.rfft(np.array(states) - np.mean(states))) ** 2
    # A window of `days` days has the daily cycle at that frequency; around it there is only chance.
    chance = np.r_[spectrum[days - 10 : days], spectrum[days + 1 : days + 11]].mean()
    assert spectrum[days] > 2 * chance  # without a swing 1 +- 0.2


def test_a_split_the_workload_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="holdout"):
        PROBLEM.load("real", Split.HOLDOUT, NOWHERE)
