"""Files of a user's own: named by content, read by line, cut by time."""

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from problems import workload_file
from problems.base import Problem, Split
from problems.cloudcast import published as cloudcast_published
from problems.datasets import DataFolder
from problems.registry import get
from problems.spot.instances import WINDOW_TICKS
from problems.spot.instances import instances as spot_instances
from problems.spot.published import measured as spot_measured
from problems.workload_file import OwnWorkload, WorkloadRefused, named, opened, read, spoken
from problems.workloads import NotInWorkload, load, splits_of

PROBLEMS = ("spot", "spot_multi", "txn", "prism", "eplb", "llm_sql", "cloudcast")
TXN = "batch,transaction,operation,key\n"

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes own.csv."""
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path / "cache"))

    def written(content: str | bytes) -> Path:
        path = tmp_path / "own.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def as_csv(rows: Iterable[Sequence[str | float]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def sample(problem: Problem) -> str:
    assert problem.file_form is not None
    return as_csv(problem.file_form.sample())


def batches(count: int) -> str:
    """So many batches of two transactions that conflict on a key of their own length."""
    rows = [
        f"b{batch},{transaction},w,{step}\n"
        for batch in range(count)
        for transaction in range(2)
        for step in range(batch + 1)
    ]
    return TXN + "".join(rows)


def refusal(problem: str, path: Path) -> str:
    with pytest.raises(WorkloadRefused) as refused:
        read(get(problem), path)
    return str(refused.value).removeprefix(f"{path}, ")


class TestSplits:
    def test_blocks_are_cut_in_order_of_time(self, write: Write) -> None:
        own = read(get("txn"), write(batches(21)))
        found = {
            split: [draft[0] for block in blocks for draft in block] for split, blocks in own.splits.items()
        }
        assert {split: len(names) for split, names in found.items()} == {
            Split.SMOKE: 1,
            Split.SEARCH: 8,
            Split.VALIDATION: 8,
            Split.HOLDOUT: 4,
        }
        assert [name for names in found.values() for name in names] == [f"b{n}" for n in range(21)]

    @pytest.mark.parametrize("count", [4, 5, 7, 30])
    def test_every_split_of_a_searchable_file_has_a_block(self, write: Write, count: int) -> None:
        own = read(get("txn"), write(batches(count)))
        assert all(
            own.splits[split] for split in (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)
        )
        assert sum(map(len, own.splits.values())) == count

    def test_a_short_file_is_all_validation(self, write: Write) -> None:
        workload = named(str(write(batches(3))))
        assert splits_of(get("txn"), workload) == (Split.VALIDATION,)
        with pytest.raises(
            NotInWorkload, match=r"holds 3 batches, and a split search needs 4 at least; .*eval"
        ):
            load(get("txn"), workload, Split.SEARCH, DataFolder.find())


class TestContent:
    def test_a_workload_is_named_by_path_and_content(self, write: Write) -> None:
        path = write(batches(4))
        first = named(str(path))
        write(batches(5))
        assert first.startswith(f"{path}#")
        assert named(str(path)) != first
        assert spoken(first) == f"own.csv ({first.partition('#')[2][:8]})"

    def test_another_content_than_named_is_refused(self, write: Write) -> None:
        workload = named(str(write(batches(4))))
        write(batches(5))
        with pytest.raises(WorkloadRefused, match="holds another content"):
            opened(get("txn"), workload)

    def test_a_packed_file_has_the_name_of_its_content(self, write: Write, tmp_path: Path) -> None:
        plain = write(batches(4))
        packed = tmp_path / "own.csv.gz"
        packed.write_bytes(gzip.compress(plain.read_bytes()))
        assert named(str(packed)).partition("#")[2] == named(str(plain)).partition("#")[2]
        assert read(get("txn"), packed).blocks == read(get("txn"), plain).blocks

    def test_a_file_that_moved_is_found_in_the_current_folder(
        self, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = write(batches(4))
        workload = named(str(path))
        (tmp_path / "there").mkdir()
        path.rename(tmp_path / "there" / path.name)
        monkeypatch.chdir(tmp_path / "there")
        assert len(opened(get("txn"), workload).blocks) == 4

    def test_a_namesake_in_the_current_folder_is_not_taken_for_it(
        self, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = write(batches(4))
        workload = named(str(path))
        path.unlink()
        monkeypatch.chdir(tmp_path)
        write(batches(5))
        with pytest.raises(WorkloadRefused, match="holds another content"):
            opened(get("txn"), workload)


@pytest.mark.parametrize("name", PROBLEMS)
class TestSamples:
    def test_a_sample_is_valid_and_its_baselines_score(self, write: Write, name: str) -> None:
        problem = get(name)
        own = read(problem, write(sample(problem)))
        split = Split.SMOKE if Split.SMOKE in own.splits else Split.VALIDATION
        found = own.instances(split)
        assert found
        assert len({instance.name for instance in found}) == len(found)

    def test_splits_share_no_block(self, write: Write, name: str) -> None:
        own = read(get(name), write(sample(get(name))))
        blocks = [{i.block for i in own.instances(split)} for split in own.splits]
        assert not any(one & other for n, one in enumerate(blocks) for other in blocks[:n])

    def test_columns_may_stand_in_any_order_beside_others(self, write: Write, name: str) -> None:
        problem = get(name)
        assert problem.file_form is not None
        rows = [list(map(str, row)) for row in problem.file_form.sample()]
        first = read(problem, write(as_csv(rows)))
        if not problem.file_form.columns:
            return
        turned = [[*reversed(row), "note" if n == 0 else "-"] for n, row in enumerate(rows)]
        second = read(problem, write(as_csv(turned)))
        assert second.ignored == ("note",)
        assert digests(first) == digests(second)


def digests(own: OwnWorkload) -> list[str]:
    return [i.digest for split in own.splits for i in own.instances(split)]


class TestFidelity:
    """What was written from instances reads back as the same instances."""

    def test_fleets(self, write: Write) -> None:
        problem = get("prism")
        generated = {i.digest for i in problem.load("generated", Split.SEARCH, DataFolder.find())}
        assert set(digests(read(problem, write(sample(problem))))) <= generated

    def test_transactions_keep_their_conflicts(self, write: Write) -> None:
        problem = get("txn")
        own = read(problem, write(sample(problem)))
        original = problem.load("generated", Split.SEARCH, DataFolder.find())[::2]
        for (draft,), instance in zip(own.blocks, original, strict=True):
            kinds = [[kind for kind, _ in t] for t in draft[1]]
            assert kinds == [[kind for kind, _ in t] for t in instance.data[:12]]
            pairs = {
                (mine, theirs)
                for one, other in zip(draft[1], instance.data[:12], strict=True)
                for (_, mine), (_, theirs) in zip(one, other, strict=True)
            }
            assert len({mine for mine, _ in pairs}) == len({theirs for _, theirs in pairs}) == len(pairs)

    def test_measured_windows_of_spot(self, write: Write) -> None:
        folder = DataFolder.find()
        if not folder.has("spot_single/search_windows.jsonl.gz"):
            pytest.skip(f"needs spot_single in {folder.root}; set ADRS_DATA")
        window = spot_measured(Split.SEARCH, folder)[3]
        rows = [("z", 1_700_000_000 + 600 * tick, int(up)) for tick, up in enumerate(window.available)]
        own = read(get("spot"), write(as_csv([("zone", "time_s", "available"), *rows])))
        expected = [i.digest for i in spot_instances([window], [own.instances(Split.VALIDATION)[0].data.job])]
        assert own.instances(Split.VALIDATION)[0].digest == expected[0]
        assert len(window.available) == WINDOW_TICKS

    def test_the_measured_network_of_cloudcast(self, write: Write) -> None:
        folder = DataFolder.find()
        if not folder.has(cloudcast_published.COST):
            pytest.skip(f"needs cloudcast in {folder.root}; set ADRS_DATA")
        net = cloudcast_published.measured(folder)
        edges = zip(
            net.sources.tolist(),
            net.targets.tolist(),
            net.usd_per_gb.tolist(),
            net.vm_gbit_s.tolist(),
            strict=True,
        )
        rows = [(net.regions[a], net.regions[b], usd, gbit_s) for a, b, usd, gbit_s in edges]
        own = read(get("cloudcast"), write(as_csv([("source", "target", "usd_per_gb", "gbit_s"), *rows])))
        found = own.blocks[0][0].network
        assert found.regions == net.regions
        assert np.array_equal(found.usd_per_gb, net.usd_per_gb)
        assert len({draft.transfer.source for (draft,) in own.blocks}) == len(own.blocks) == 30

    def test_a_row_holds_until_the_next_of_its_zone(self, write: Write) -> None:
        end = 600 * (WINDOW_TICKS - 1)
        text = f"zone,time_s,available\nz,0,1\nz,1200,0\nz,1800,1\nz,{end},1\n"
        window = read(get("spot"), write(text)).blocks[0][0]
        assert window.available[:5] == (True, True, False, True, True)

    def test_zones_of_one_time_are_one_block(self, write: Write) -> None:
        end = 600 * (2 * WINDOW_TICKS - 1)
        text = f"zone,time_s,available\na,0,1\na,{end},1\nb,100,0\nb,{end},0\n"
        first, second = read(get("spot"), write(text)).blocks
        assert [w.name for w in first] == ["a.0"]
        assert [w.name for w in second] == [f"a.{WINDOW_TICKS}", f"b.{WINDOW_TICKS}"]


FLEET = "fleet,gpus,size_gb,req_rate,slo\n"
LOADS = "window,layer,expert,tokens\n"
SPOT = "zone,time_s,available\n"
MULTI = "region,time_s,available,price_usd_h\n"
NET = "source,target,usd_per_gb,gbit_s\n"

BAD: tuple[tuple[str, str, str], ...] = (
    (
        "prism",
        FLEET + "f,2,10,1,5\nf,2,-3,1,5\n",
        "line 3: expected size_gb between 1 and 79 GB, but got '-3'",
    ),
    (
        "prism",
        FLEET + "f,2,10,1,5\nf,3,10,1,5\n",
        "line 3: expected 2 GPUs, as above in this fleet, but got 3",
    ),
    ("prism", FLEET + "f,1,60,1,5\nf,1,30,1,5\n", "line 2: expected models that fit on 1 GPUs of 80 GB"),
    ("prism", FLEET + "f,1,6,1,5\ng,1,6,1,5\n", "line 3: fleet 'g' repeats fleet 'f'; leave it out"),
    ("prism", FLEET + "f,1,6.5,1,5\n", "line 2: expected size_gb to be a whole number, but got '6.5'"),
    ("txn", TXN + "b,0,w,1\nb,1,w,1\nb,0,r,1\n", "line 4: transaction '0' began before"),
    ("txn", TXN + "b,0,w,1\nb,1,x,1\n", "line 3: expected operation r, w or *, but got 'x'"),
    ("txn", TXN + "b,0,w,\nb,1,w,1\n", "line 2: expected a key for operation w, but it is empty"),
    ("txn", TXN + "b,0,w,1\n", "line 2: expected a batch of 2 to 200 transactions, but it has 1"),
    ("txn", TXN + "b,0,w,1\nb,1\n", "line 3: expected 4 cells, as in the header, but got 2"),
    ("txn", TXN, "line 1: expected rows after the header, but there is none"),
    (
        "txn",
        "batch,transaction,key\nb,0,1\n",
        "line 1: expected the columns batch,transaction,operation,key, but",
    ),
    (
        "txn",
        "batch,batch,operation,key\n",
        "line 1: expected every column once, but 'batch' is there 2 times",
    ),
    ("txn", "", "line 1: expected the columns"),
    (
        "spot",
        SPOT + "z,600,1\nz,600,0\n",
        "line 3: expected times of zone 'z' to rise, but 600 s comes after 600 s",
    ),
    ("spot", SPOT + "z,0,1\nz,nan,0\n", "line 3: expected time_s to be a number, but got 'nan'"),
    ("spot", SPOT + "z,-600,1\n", "line 2: expected time_s between 0 and 1000000000000 s, but got '-600'"),
    ("spot", SPOT + "z,0,yes\n", "line 2: expected available to be 0 or 1, but got 'yes'"),
    ("spot", SPOT + "z,0,1\n", "line 2: expected 70.2 hours without a gap at 1 or more at once"),
    ("spot_multi", MULTI + "a,0,1,3.06\n", "line 2: expected price_usd_h between 0.0001 and 3.0599 USD/h"),
    ("spot_multi", MULTI + "a,0,1,1\na,999999,1,1\n", "line 3: expected 52"),
    ("eplb", LOADS + "1,0,0,5\n0,0,0,5\n", "line 3: expected windows in order, but 0 comes after 1"),
    ("eplb", LOADS + "0,0,0,5\n0,0,0,6\n1,0,0,5\n", "line 3: expected layer 0, expert 0 once in window 0"),
    (
        "eplb",
        LOADS + "0,0,0,5\n1,0,0,0\n",
        "line 3: expected tokens in every layer, but window 1 has none in",
    ),
    ("eplb", LOADS + "0,0,0,5\n", "line 2: expected two windows or more"),
    ("eplb", LOADS + "0,0,256,5\n", "line 2: expected expert between 0 and 255, but got '256'"),
    ("cloudcast", NET + "aws:a,aws:a,1,1\n", "line 2: expected two regions, but got 'aws:a' twice"),
    ("cloudcast", NET + "ibm:a,aws:a,1,1\n", "line 2: expected a region as aws:ZONE, azure:ZONE, gcp:ZONE"),
    ("cloudcast", NET + "aws:a,aws:b,1,1\n", "line 2: expected 8 to 100 regions, but got 2"),
    ("llm_sql", "a,b\n" + "x,y\n" * 3, "line 4: expected 20 rows or more, but got 3"),
    ("llm_sql", "a\n" + "x\n" * 30, "line 1: expected 2 to 12 columns, but got 1"),
    ("llm_sql", "a,b\n" + 'x,"y\n' * 3, "line 2: expected a row of CSV, but"),
)


@pytest.mark.parametrize(("problem", "text", "message"), BAD)
def test_what_is_wrong_is_named_by_line(write: Write, problem: str, text: str, message: str) -> None:
    assert refusal(problem, write(text)).startswith(message)


def test_a_byte_that_is_no_utf8_is_named_by_line(write: Write) -> None:
    content = TXN.encode() + b"b,0,w,1\nb,1,w,caf\xe9\n"
    assert (
        refusal("txn", write(content)) == "line 3: expected UTF-8, but got byte 0xe9; save the file as UTF-8"
    )


def test_a_mark_of_byte_order_is_no_part_of_the_header(write: Write) -> None:
    assert len(read(get("txn"), write("\ufeff" + batches(4))).blocks) == 4


def test_more_rows_than_are_taken_are_not_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a,b\n" + "x,y\n" * 120_005)
    assert refusal("llm_sql", path).startswith("line 120002: expected at most 120,000 rows")
    monkeypatch.setattr(workload_file, "MOST_BYTES", 1000)
    assert "holds more than 0 MiB" in refusal("llm_sql", path)


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.csv.gz"
    path.write_bytes(gzip.compress(batches(20).encode())[:-9])
    assert "it is no whole gzip file" in refusal("txn", path)


@pytest.mark.parametrize("name", ["own.txt", "own", "own.csv"])
def test_a_file_that_is_not_there_or_no_csv_is_named(tmp_path: Path, name: str) -> None:
    assert str(tmp_path / name) in refusal("txn", tmp_path / name)


def test_a_problem_without_a_form_says_so(write: Write) -> None:
    assert "cannot be asked about a file of your own" in refusal("kernel_choice", write("a,b\n"))
