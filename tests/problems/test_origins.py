"""What every declared data set keeps to."""

import gzip

import pytest

from problems.base import Problem, Split
from problems.datasets import DataFolder, DataMissing
from problems.origins import DataSet, compressed, content_digest
from problems.registry import get

PROBLEMS = [get(name) for name in ("cloudcast", "eplb", "llm_sql", "spot", "spot_multi", "txn")]
DECLARED = [data_set for problem in PROBLEMS for data_set in problem.data]
each_data_set = pytest.mark.parametrize("data_set", DECLARED, ids=lambda data_set: data_set.name)


def needed(problem: Problem, folder: DataFolder) -> set[str]:
    """Files that were asked for, and were not there, by workloads that read any."""
    found = set()
    for workload, splits in problem.workloads.items():
        for split in splits if workload != "generated" else {Split.PUBLISHED} & set(splits):
            with pytest.raises(DataMissing) as missing:
                problem.load(workload, split, folder)
            found.add(str(missing.value).split()[0])
    return found


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_files_that_a_problem_asks_for_are_declared(problem: Problem, tmp_path: object) -> None:
    declared = {f"{data_set.name}/{file.path}" for data_set in problem.data for file in data_set.files}
    assert needed(problem, DataFolder(tmp_path)) <= declared  # type: ignore[arg-type]  # a fixture's path


@each_data_set
def test_checksums_and_sizes_are_those_of_the_measured_files(data_set: DataSet) -> None:
    place = DataFolder.find().root / data_set.name
    if not place.is_dir():
        pytest.skip(f"{data_set.name} is not in {place.parent}; set ADRS_DATA")
    for file in data_set.files:
        content = (place / file.path).read_bytes()
        content = gzip.decompress(content) if file.path.endswith(".gz") else content
        assert content_digest(place / file.path) == file.sha256
        assert len(content) == file.size


@each_data_set
def test_addresses_are_encrypted_and_end_in_the_name_that_a_mirror_has(data_set: DataSet) -> None:
    for file in data_set.public:
        assert all(address.startswith("https://") for address in file.addresses)
        assert all(address.endswith(f"/{file.name}") for address in file.addresses)


def test_the_same_content_is_compressed_to_the_same_file() -> None:
    assert compressed(b"hello") == compressed(b"hello")
    assert compressed(b"hello")[4:8] == b"\0\0\0\0"  # no time in it
