"""Shipped optima are proved again, and a kept one that cannot be an optimum is not believed."""

import json
from pathlib import Path

import numpy as np
import pytest

from problems.base import Split
from problems.bounds import Bounds, shipped
from problems.datasets import DataFolder
from problems.spot.simulator import Job
from problems.spot_multi import PROBLEM, bound
from problems.spot_multi.bound import Wanted, computed, optima, prove
from problems.spot_multi.instances import digest
from problems.spot_multi.simulator import Dynamics

SHIPPED = shipped(Bounds.beside(str(bound.__file__)).shipped)
JOB = Job(task_s=9000, deadline_s=24_000, restart_overhead_s=720, gap_s=195)
THERE = np.array([[tick % 5 > 1, tick % 7 > 2] for tick in range(JOB.ticks + 2)])
WANTED = Wanted(JOB, THERE, np.full(THERE.shape, 9180, dtype=np.int32), Dynamics.STRICT)
NAME = digest(WANTED)


@pytest.mark.parametrize("kept", [0.5, 1e9])
def test_a_kept_number_that_is_no_optimum_is_computed_again(tmp_path: Path, kept: float) -> None:
    (tmp_path / "shipped.json").write_text("{}")
    bounds = Bounds(tmp_path / "shipped.json", tmp_path / "kept.json")
    bounds.cache.write_text(json.dumps({NAME: kept}))
    assert optima({NAME: WANTED}, bounds) == computed({NAME: WANTED})


def test_a_digest_tells_dynamics_prices_and_availability_apart() -> None:
    others = (
        WANTED._replace(dynamics=Dynamics.LB),
        WANTED._replace(prices=WANTED.prices + np.int32(1)),
        WANTED._replace(available=~WANTED.available),
        WANTED._replace(available=THERE[:, ::-1]),
    )
    assert len({digest(other) for other in (WANTED, *others)}) == 5


@pytest.mark.slow
def test_the_shipped_optima_are_proved_again(tmp_path: Path) -> None:
    splits = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)
    instances = [i for split in splits for i in PROBLEM.load("generated", split, DataFolder(tmp_path))]
    assert prove(instances).items() <= SHIPPED.items()
