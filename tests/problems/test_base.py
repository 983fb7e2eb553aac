"""Values of problems, data folders and the registry."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from problems.base import Axis, Instance, Split, fingerprint, groups
from problems.datasets import DataFolder, DataMissing, _checksums, reading
from problems.registry import UnknownProblem, get, names


def instance(name: str, group: str) -> Instance:
    return Instance(name, group, group, fingerprint(name), None)


def test_groups_keep_their_order() -> None:
    found = groups([instance("a", "x"), instance("b", "x"), instance("c", "y")])
    assert [[i.name for i in group] for group in found] == [["a", "b"], ["c"]]


def test_a_group_that_is_torn_apart_is_refused() -> None:
    with pytest.raises(ValueError, match="stand together"):
        groups([instance("a", "x"), instance("b", "y"), instance("c", "x")])


def test_edges_must_increase() -> None:
    with pytest.raises(ValueError, match="increase strictly"):
        Axis("late", (1.0, 1.0))


def test_a_fingerprint_is_the_same_everywhere() -> None:
    # Held here, so that a change of it cannot pass unseen: it is the identity of every instance.
    assert fingerprint("a", 1, 2.5, np.arange(3, dtype=np.int32)) == "e5a3531f6d731fc08b95538a4c12f1c6"


def test_a_fingerprint_tells_types_shapes_and_borders_apart() -> None:
    found = [
        fingerprint("ab", "c"),
        fingerprint("a", "bc"),
        fingerprint(1),
        fingerprint(1.0),
        fingerprint(np.zeros(4, np.int8)),
        fingerprint(np.zeros((2, 2), np.int8)),
        fingerprint(np.zeros(1, np.int32)),
        fingerprint(np.zeros(4, np.bool_)),
    ]
    assert len(set(found)) == len(found)


def test_the_byte_order_of_a_machine_does_not_matter() -> None:
    assert fingerprint(np.arange(5, dtype=">i8")) == fingerprint(np.arange(5, dtype="<i8"))


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    _checksums.cache_clear()
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "file.txt").write_text("hello\n")
    return DataFolder(tmp_path)


HELLO = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"


def test_a_listed_file_is_found(folder: DataFolder) -> None:
    (folder.root / "set" / "SHA256SUMS").write_text(f"{HELLO}  ./file.txt\n")
    assert folder.file("set/file.txt", source="the web").read_text() == "hello\n"


def test_a_missing_file_is_named_with_where_and_what_to_do(folder: DataFolder) -> None:
    with pytest.raises(DataMissing, match=r"set/other.txt is needed .* not found in .*ADRS_DATA"):
        folder.file("set/other.txt", source="the web")


def test_a_file_of_a_folder_in_a_data_set_is_listed_by_its_path(folder: DataFolder) -> None:
    inner = folder.root / "set" / "config"
    inner.mkdir()
    (inner / "file.txt").write_text("hello\n")
    (folder.root / "set" / "SHA256SUMS").write_text(f"{HELLO}  config/file.txt\n")
    assert folder.file("set/config/file.txt", source="the web") == inner / "file.txt"
    with pytest.raises(DataMissing, match="nothing of this file"):
        folder.file("set/file.txt", source="the web")


def test_a_list_of_checksums_that_is_none_is_named(folder: DataFolder) -> None:
    (folder.root / "set" / "SHA256SUMS").write_text("dear diary\n\nnothing\n")
    with pytest.raises(DataMissing, match="SHA256SUMS was expected to hold a checksum"):
        folder.file("set/file.txt", source="the web")


@pytest.mark.parametrize("sums", [f"{'0' * 64}  ./file.txt\n", f"{HELLO}  ./other.txt\n"])
def test_a_file_of_another_content_is_refused(folder: DataFolder, sums: str) -> None:
    (folder.root / "set" / "SHA256SUMS").write_text(sums)
    with pytest.raises(DataMissing, match="fetch it again from the web"):
        folder.file("set/file.txt", source="the web")


def test_files_that_cannot_be_checked_are_refused(folder: DataFolder) -> None:
    with pytest.raises(DataMissing, match="SHA256SUMS is missing"):
        folder.file("set/file.txt", source="the web")


def test_a_misspelt_problem_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownProblem, match=r"did you mean 'spot'\? Installed: .*txn"):
        get("sopt")
    with pytest.raises(UnknownProblem, match=r"no problem 'zzzzz'\. Installed"):
        get("zzzzz")


@pytest.mark.parametrize("name", [n for n in names() if not n.startswith("toy")])
def test_generated_splits_share_no_instance(name: str) -> None:
    seen: dict[str, Split] = {}
    for split in (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT):
        for found in get(name).load("generated", split, DataFolder(Path("/nowhere"))):
            assert seen.setdefault(found.digest, split) is split


def test_a_file_that_is_not_what_it_should_be_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    for spoil in (EOFError("cut short"), KeyError("price"), ValueError("a price of 'x'"), OSError("gone")):
        with (
            pytest.raises(DataMissing, match=r"rows.csv.gz was expected to hold rows of price.*fetch it"),
            reading(path, what="rows of price"),
        ):
            raise spoil


DAMAGED = {
    "txn": ("txn/workloads.json", b'{"WORKLOAD_1": ["q-1 r-2"]}'),
    "spot": ("spot_single/published_windows.jsonl.gz", gzip.compress(b'{"env": "a", "start_index": 3}\n')),
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("spoil", ["another schema", "cut short"])
def test_damaged_data_is_named_whatever_its_checksum(tmp_path: Path, name: str, spoil: str) -> None:
    _checksums.cache_clear()
    relative, content = DAMAGED[name]
    content = content if spoil == "another schema" else content[:15]
    path = tmp_path / relative
    path.parent.mkdir()
    path.write_bytes(content)
    (path.parent / "SHA256SUMS").write_text(f"{hashlib.sha256(content).hexdigest()}  {path.name}\n")
    with pytest.raises(DataMissing, match=f"{path.name} was expected to hold"):
        get(name).load("generated", Split.PUBLISHED, DataFolder(tmp_path))
