import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from evolve.data.condition import faults, share_here, strangers
from problems.datasets import DataFolder
from problems.origins import DataFile, DataSet
from tests.evolve.data.conftest import CONTENT, data_set


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder with the whole greeting in it."""
    place = tmp_path / "greeting"
    (place / "deep").mkdir(parents=True)
    (place / "all.txt").write_bytes(CONTENT)
    (place / "deep" / "all.txt.gz").write_bytes(gzip.compress(CONTENT))
    listed(place)
    return DataFolder(tmp_path)


@pytest.fixture
def declared() -> DataSet:
    return data_set("http://nowhere")


def listed(place: Path) -> None:
    """Lists the files as they lie there."""
    paths = [path for path in sorted(place.rglob("*")) if path.is_file() and path.name != "SHA256SUMS"]
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  ./{path.relative_to(place)}\n" for path in paths
    ]
    (place / "SHA256SUMS").write_text("".join(sums))


def test_nothing_is_wrong_with_a_whole_data_set(folder: DataFolder, declared: DataSet) -> None:
    assert list(faults(folder, "greeting", declared)) == []
    assert share_here(folder, declared) == "yes"


def test_it_does_not_matter_how_a_file_was_compressed(folder: DataFolder, declared: DataSet) -> None:
    (folder.root / "greeting" / "deep" / "all.txt.gz").write_bytes(gzip.compress(CONTENT, compresslevel=1))
    listed(folder.root / "greeting")
    assert list(faults(folder, "greeting", declared)) == []


def test_a_missing_file_is_named(folder: DataFolder, declared: DataSet) -> None:
    (folder.root / "greeting" / "all.txt").unlink()
    assert list(faults(folder, "greeting", declared)) == ["greeting/all.txt is missing"]
    assert share_here(folder, declared) == "in part"


def test_another_content_is_damage_whatever_the_list_says(folder: DataFolder, declared: DataSet) -> None:
    (folder.root / "greeting" / "deep" / "all.txt.gz").write_bytes(gzip.compress(b"HELLO MOON"))
    listed(folder.root / "greeting")
    (found,) = faults(folder, "greeting", declared)
    assert found.startswith("greeting/deep/all.txt.gz is damaged: its content has checksum")


def test_a_file_cut_short_is_damage(folder: DataFolder, declared: DataSet) -> None:
    packed = folder.root / "greeting" / "deep" / "all.txt.gz"
    packed.write_bytes(packed.read_bytes()[:-4])
    (found,) = faults(folder, "greeting", declared)
    assert "all.txt.gz is damaged" in found
    assert "EOFError" in found


def test_a_file_that_is_not_listed_is_named_since_no_loader_takes_it(
    folder: DataFolder, declared: DataSet
) -> None:
    (folder.root / "greeting" / "SHA256SUMS").write_text(f"{hashlib.sha256(CONTENT).hexdigest()}  all.txt\n")
    (found,) = faults(folder, "greeting", declared)
    assert found.startswith("greeting/deep/all.txt.gz is not listed in SHA256SUMS")


def test_a_list_that_contradicts_its_file_is_named(folder: DataFolder, declared: DataSet) -> None:
    sums = folder.root / "greeting" / "SHA256SUMS"
    sums.write_text(sums.read_text().replace(hashlib.sha256(CONTENT).hexdigest(), "0" * 64))
    (found,) = faults(folder, "greeting", declared)
    assert found.endswith("but SHA256SUMS says 0000000000000000")


def test_a_missing_list_is_one_fault_and_files_are_looked_at_still(
    folder: DataFolder, declared: DataSet
) -> None:
    (folder.root / "greeting" / "SHA256SUMS").unlink()
    (folder.root / "greeting" / "all.txt").write_bytes(b"HELLO")
    found = list(faults(folder, "greeting", declared))
    assert len(found) == 2
    assert "SHA256SUMS is missing" in found[0]
    assert found[1].startswith("greeting/all.txt is damaged")


def test_a_file_without_a_checksum_on_record_is_held_against_the_list(
    folder: DataFolder, declared: DataSet
) -> None:
    unknown = replace(declared, recipe=None, files=(DataFile("all.txt", 11, None),))
    assert list(faults(folder, "greeting", unknown)) == []
    (folder.root / "greeting" / "all.txt").write_bytes(b"HELLO")
    (found,) = faults(folder, "greeting", unknown)
    assert "SHA256SUMS says" in found


def test_a_data_set_that_nobody_declares_is_held_against_its_list(folder: DataFolder) -> None:
    assert list(faults(folder, "greeting", None)) == []
    (folder.root / "greeting" / "all.txt").write_bytes(b"HELLO")
    assert "SHA256SUMS says" in next(faults(folder, "greeting", None))


def test_strangers_are_folders_with_a_list_that_nobody_declares(folder: DataFolder) -> None:
    (folder.root / "notes").mkdir()
    assert strangers(folder, ()) == ("greeting",)
    assert strangers(folder, ["greeting"]) == ()
