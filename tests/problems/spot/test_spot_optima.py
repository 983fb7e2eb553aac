"""Optima are found wherever they are, and nothing that happens to the cache can hurt."""

import json
from pathlib import Path

import pytest

from problems.base import Split
from problems.datasets import DataFolder
from problems.spot import PROBLEM
from problems.spot.instances import digest
from problems.spot.optima import SHIPPED, Optima, Wanted, cache_file, computed
from problems.spot.simulator import Job

JOB = Job(task_s=9000, deadline_s=24_000, restart_overhead_s=72)
WINDOW = tuple(i % 5 > 1 for i in range(42))
WANTED: Wanted = (digest(JOB, WINDOW), JOB, WINDOW)
NAME, TRUE_USD = WANTED[0], computed([WANTED])[WANTED[0]]


@pytest.fixture
def optima(tmp_path: Path) -> Optima:
    shipped = tmp_path / "shipped.json"
    shipped.write_text("{}")
    return Optima(shipped, tmp_path / "cache" / "optima.json")


def test_a_shipped_optimum_is_taken_without_a_cache(optima: Optima) -> None:
    optima.shipped.write_text(json.dumps({NAME: 7.0}))
    assert optima.of([WANTED]) == [7.0]
    assert not optima.cache.exists()


def test_a_computed_optimum_is_kept_exactly(optima: Optima) -> None:
    assert optima.of([WANTED, WANTED]) == [TRUE_USD, TRUE_USD]
    assert json.loads(optima.cache.read_text()) == {NAME: TRUE_USD}


def test_a_kept_optimum_is_not_computed_again(optima: Optima) -> None:
    nearby = TRUE_USD * 1.01  # plausible, so only computing again could change it
    optima.cache.parent.mkdir()
    optima.cache.write_text(json.dumps({NAME: nearby}))
    assert optima.of([WANTED]) == [nearby]


def test_keeping_one_forgets_no_other(optima: Optima) -> None:
    optima.cache.parent.mkdir()
    optima.cache.write_text('{"other": 5.0}')
    optima.of([WANTED])
    assert json.loads(optima.cache.read_text()) == {"other": 5.0, NAME: TRUE_USD}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"%s": NaN}',
        b'{"%s": "1.0"}',
        b'{"%s": 0.5}',
        b'{"%s": 1e9}',
    ],
)
def test_a_broken_cache_is_as_good_as_none(optima: Optima, content: bytes) -> None:
    optima.cache.parent.mkdir()
    optima.cache.write_bytes(content.replace(b"%s", NAME.encode()))
    assert optima.of([WANTED]) == [TRUE_USD]
    assert json.loads(optima.cache.read_text()) == {NAME: TRUE_USD}


def test_a_cache_that_cannot_be_written_is_done_without(optima: Optima) -> None:
    optima.cache.parent.write_text("a file where the folder should be")
    assert optima.of([WANTED]) == [TRUE_USD]


def test_the_cache_lies_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path))
    assert cache_file().parent == tmp_path
    monkeypatch.delenv("ADRS_CACHE")
    assert cache_file().parent == Path("results/cache")


@pytest.mark.slow
def test_the_shipped_optima_are_proved_again(tmp_path: Path) -> None:
    shipped = json.loads(SHIPPED.read_text())
    splits = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)
    instances = [i for split in splits for i in PROBLEM.load("generated", split, DataFolder(tmp_path))]
    assert computed((i.digest, i.data.job, i.data.available) for i in instances) == shipped
