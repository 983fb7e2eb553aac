"""Shipped optima are proved again, and a kept one that cannot be an optimum is not believed."""

import json
from pathlib import Path

import pytest

from problems.base import Split
from problems.bounds import Bounds, shipped
from problems.datasets import DataFolder
from problems.spot import PROBLEM, bound
from problems.spot.bound import Wanted, computed, optima, prove
from problems.spot.instances import digest
from problems.spot.simulator import Job

SHIPPED = shipped(Bounds.beside(str(bound.__file__)).shipped)
JOB = Job(task_s=9000, deadline_s=24_000, restart_overhead_s=72)
WINDOW = tuple(i % 5 > 1 for i in range(42))
NAME = digest(JOB, WINDOW)
WANTED: dict[str, Wanted] = {NAME: (JOB, WINDOW)}


@pytest.mark.parametrize("kept", [0.5, 1e9])
def test_a_kept_number_that_is_no_optimum_is_computed_again(tmp_path: Path, kept: float) -> None:
    (tmp_path / "shipped.json").write_text("{}")
    bounds = Bounds(tmp_path / "shipped.json", tmp_path / "kept.json")
    bounds.cache.write_text(json.dumps({NAME: kept}))
    assert optima(WANTED, bounds) == computed(WANTED)


@pytest.mark.slow
def test_the_shipped_optima_are_proved_again(tmp_path: Path) -> None:
    splits = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)
    instances = [i for split in splits for i in PROBLEM.load("generated", split, DataFolder(tmp_path))]
    assert prove(instances).items() <= SHIPPED.items()
