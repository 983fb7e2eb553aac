"""Which times of an interrupted sweep are taken over when it goes on."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from evaluators.gpu.device import Gpu
from evaluators.gpu.stopwatch import Stopwatch
from evolve.cli.exits import Misuse
from evolve.cli.gpu.calibrate import _times_before
from evolve.cli.gpu.device import Session
from tests.problems.kernel_choice.synthetic import table

GPU = Gpu("cuda", "a GPU", "1", (9, 0), 1 << 36, 132, 50 << 20, 232_448, "580", "2.11.0", "3.6.0", "13.0")
SESSION = Session(GPU, cast("Stopwatch", None))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    replace(table(), machine={**GPU.machine(), "date": "2026-01-01"}).write(tmp_path / "a-gpu.json")
    return tmp_path / "a-gpu.json"


def test_a_sweep_of_the_same_device_goes_on(path: Path) -> None:
    assert len(_times_before(path, table().configurations, SESSION)) == len(table().times)


@pytest.mark.parametrize("other", [{"driver": "570"}, {"triton": "3.5.0"}, {"name": "another GPU"}])
def test_times_of_another_driver_or_version_are_not_mixed_in(path: Path, other: dict[str, str]) -> None:
    elsewhere = Session(replace(GPU, **other), SESSION.watch)  # type: ignore[arg-type]
    assert not _times_before(path, table().configurations, elsewhere)
    assert not _times_before(path, table().configurations[1:], SESSION)


def test_without_a_file_it_begins(tmp_path: Path) -> None:
    assert not _times_before(tmp_path / "none.json", table().configurations, SESSION)


def test_a_damaged_table_is_named_and_kept(path: Path) -> None:
    path.write_text("{")
    with pytest.raises(Misuse, match=r"is no sweep table.*move it away"):
        _times_before(path, table().configurations, SESSION)
    assert path.read_text() == "{"
