"""Shapes and their splits, sweep tables as files, and what is said where a table lacks."""

import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from problems.base import Split
from problems.datasets import DataMissing
from problems.kernel_choice import PROBLEM
from problems.kernel_choice.configurations import HOPPER, configurations
from problems.kernel_choice.instances import generated, recorded
from problems.kernel_choice.shapes import MODELS, REGIMES, mixes, swept
from problems.kernel_choice.table import FOLDER, Table, TableDamaged
from tests.problems.kernel_choice.synthetic import table, written


def test_no_two_splits_share_a_weight() -> None:
    weights = [{weight for sizes in models.values() for weight in sizes} for models in MODELS.values()]
    assert not any(first & second for first, second in combinations(weights, 2))


@pytest.mark.parametrize("split", [Split.SEARCH, Split.VALIDATION, Split.HOLDOUT])
def test_a_mix_has_rows_of_its_regime(split: Split) -> None:
    for mix in mixes(split):
        rows = {shape.m for shape in mix.shapes}
        assert len(rows) == REGIMES[mix.regime].steps
        assert REGIMES[mix.regime].least <= min(rows)
        assert max(rows) <= REGIMES[mix.regime].most


def test_validation_has_blocks_enough_for_an_interval() -> None:
    assert len({instance.block for instance in generated(Split.VALIDATION)}) == 8


def test_every_configuration_fits_on_a_multiprocessor() -> None:
    for c in configurations():
        assert 2 * c.stages * c.block_k * (c.block_m + c.block_n) <= HOPPER.shared_bytes
    assert len(set(configurations())) == len(configurations()) == 320


def test_a_table_is_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    table().write(tmp_path / "a.json")
    found = Table.read(tmp_path / "a.json")
    found.write(tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert found.configurations == table().configurations
    assert list(found.times) == list(swept())


@pytest.mark.parametrize("content", ["", "[]", '{"device": {}}', '{"configurations": [], "shapes": [{}]}'])
def test_a_file_that_is_no_table_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(TableDamaged, match=r"a\.json is no sweep table"):
        Table.read(tmp_path / "a.json")


def test_without_a_table_the_message_says_how_one_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADRS_SWEEPS", str(tmp_path))
    with pytest.raises(DataMissing, match=r"no sweep table.*adrs gpu calibrate --sweep"):
        generated(Split.SMOKE)


@pytest.mark.parametrize(("content", "said"), [(None, "no table"), ("{}", "some-gpu")])
def test_the_list_names_the_gpu_or_says_that_there_is_none(
    tmp_path: Path, content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "some-gpu.json").write_text(content)
    code = "from problems.kernel_choice import PROBLEM; print(PROBLEM.title)"
    environment = {**os.environ, "ADRS_SWEEPS": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert f"({said})" in done.stdout


def test_a_table_without_a_shape_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = table()
    lost = mixes(Split.SMOKE)[0].shapes[0]
    kept = {shape: timed for shape, timed in full.times.items() if shape != lost}
    Table(full.device, full.machine, full.configurations, kept).write(tmp_path / "a.json")
    monkeypatch.setenv("ADRS_SWEEPS", str(tmp_path))
    with pytest.raises(DataMissing, match=r"lacks 1 shapes of tiny, the first is \(\d+, 1024, 1024\)"):
        generated(Split.SMOKE)


def test_another_table_makes_other_instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = generated(Split.SMOKE)[0]
    monkeypatch.setenv("ADRS_SWEEPS", str(written(tmp_path)))
    theirs = generated(Split.SMOKE)[0]
    assert (ours.name, ours.digest != theirs.digest) == (theirs.name, True)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_recorded_table_has_every_shape_and_names_its_machine(path: Path) -> None:
    found = Table.read(path)
    assert set(found.times) == set(swept())
    assert {"gpu", "driver", "cuda", "torch", "triton", "date"} <= set(found.machine)


def test_the_lookup_knows_no_shape_that_judges_it() -> None:
    source = PROBLEM.baseline("nearest_shape").source
    judging = {s for split in (Split.VALIDATION, Split.HOLDOUT) for mix in mixes(split) for s in mix.shapes}
    assert all(f"({tuple(shape)}, (" not in source for shape in judging)
    assert all(f"({tuple(shape)}, (" in source for mix in mixes(Split.SEARCH) for shape in mix.shapes)


def test_the_instances_are_those_of_version_1() -> None:
    assert PROBLEM.version == 1
    assert recorded().device.name == "NVIDIA H100 80GB HBM3"
    assert generated(Split.VALIDATION)[0].digest == "c53948577b519bd0a64125739ebd37a5"
    assert generated(Split.SEARCH)[-1].digest == "87c24afbec133f2d2c71fcd58ab53dd4"
