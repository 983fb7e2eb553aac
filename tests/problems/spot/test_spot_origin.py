import gzip
import hashlib
import json

import pytest

from problems.datasets import DataFolder
from problems.spot import origin

TICKS = 3296
"""As many as the last window needs."""
EMPTY_AT = 20


def trace(*, gap_seconds: int = 600, ticks: int = TICKS) -> bytes:
    """Two machines at hand but at tick 20, at which there was none."""
    machines = [0 if tick == EMPTY_AT else 2 for tick in range(ticks)]
    return json.dumps({"metadata": {"gap_seconds": gap_seconds}, "data": machines}).encode()


def public(content: bytes) -> dict[str, bytes]:
    return {file.name: content for file in origin.DATA.public}


def rows(content: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in content.splitlines()]


def test_the_recipe_makes_every_file() -> None:
    assert origin.windows(public(trace())).keys() == {file.path for file in origin.DATA.files}


def test_ticks_without_a_machine_are_marked() -> None:
    windows = rows(origin.windows(public(trace()))["published_windows.jsonl.gz"])
    marked = {row["start_index"]: str(row["data"]).index("1") for row in windows if "1" in str(row["data"])}
    assert marked == {3: 17, 16: 4}


def test_published_windows_stand_in_the_leaderboards_order() -> None:
    windows = rows(origin.windows(public(trace()))["published_windows.jsonl.gz"])
    assert len(windows) == 540
    assert [row["trace_id"] for row in windows[:4]] == ["0", "107", "117", "126"]
    assert [row["overhead_dir"] for row in windows[::180]] == ["0.02", "0.05", "0.1"]


def test_no_tick_is_in_windows_of_two_files() -> None:
    made = origin.windows(public(trace()))
    found = [rows(made[f"{split}_windows.jsonl.gz"]) for split in ("published", "search", "validation")]
    starts = [[int(str(row["start_index"])) for row in windows] for windows in found]
    assert max(starts[0]) + 554 == 1738
    assert (min(starts[1]), max(starts[1]) + 554) == (1767, 2693)
    assert (min(starts[2]), max(starts[2]) + 554) == (2700, 3296)


def test_a_trace_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 3296 ticks at least, but got 3295"):
        origin.windows(public(trace(ticks=TICKS - 1)))


def test_a_trace_of_another_tick_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a tick of 600 s, but got 300"):
        origin.windows(public(trace(gap_seconds=300)))


def test_the_measured_windows_come_out_of_the_traces_that_they_are_pieces_of(data: DataFolder) -> None:
    pieces: dict[str, list[int]] = {file.name: [1] * TICKS for file in origin.DATA.public}
    for file in origin.DATA.files:
        content = gzip.decompress((data.root / "spot_single" / file.path).read_bytes())
        for row in rows(content):
            start, marks = int(str(row["start_index"])), str(row["data"])
            machines = [int(mark == "0") for mark in marks]
            pieces[f"{row['env']}.json"][start : start + len(marks)] = machines
    made = origin.windows(
        {
            name: json.dumps({"metadata": {"gap_seconds": 600}, "data": machines}).encode()
            for name, machines in pieces.items()
        }
    )
    for file in origin.DATA.files:
        assert hashlib.sha256(made[file.path]).hexdigest() == file.sha256
