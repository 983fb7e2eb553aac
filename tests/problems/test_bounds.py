"""Bounds are found wherever they are, and nothing that happens to the cache can hurt."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from problems.bounds import Bounds, cache_folder

NAME, ITEM = "0123", (3, 4)


def doubled(wanted: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    return {digest: 2.0 * sum(item) for digest, item in wanted.items()}


def never(wanted: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    raise AssertionError(f"{wanted} should have been known")


def plausible(item: tuple[int, int], bound: float) -> bool:
    return sum(item) <= bound <= 4 * sum(item)


@pytest.fixture
def bounds(tmp_path: Path) -> Bounds:
    shipped = tmp_path / "bounds.json"
    shipped.write_text("{}")
    return Bounds(shipped, tmp_path / "cache" / "bounds.json")


def found(bounds: Bounds) -> dict[str, float]:
    return bounds.find({NAME: ITEM}, doubled, plausible=plausible)


def test_a_shipped_bound_is_taken_without_a_cache(bounds: Bounds) -> None:
    bounds.shipped.write_text(json.dumps({NAME: 7.0, "other": 1.0}))
    assert bounds.find({NAME: ITEM}, never) == {NAME: 7.0}
    assert not bounds.cache.exists()


def test_a_computed_bound_is_kept_exactly(bounds: Bounds) -> None:
    bounds.find({NAME: ITEM, "third": (1, 0)}, lambda wanted: dict.fromkeys(wanted, 1 / 3))
    assert json.loads(bounds.cache.read_text()) == {NAME: 1 / 3, "third": 1 / 3}


def test_a_kept_bound_is_not_computed_again(bounds: Bounds) -> None:
    bounds.cache.parent.mkdir()
    bounds.cache.write_text(json.dumps({NAME: 15.0}))
    assert bounds.find({NAME: ITEM}, never, plausible=plausible) == {NAME: 15.0}


def test_only_what_is_unknown_is_computed(bounds: Bounds) -> None:
    bounds.shipped.write_text(json.dumps({"shipped": 7.0}))
    bounds.cache.parent.mkdir()
    bounds.cache.write_text(json.dumps({"kept": 8.0}))
    asked: list[str] = []

    def compute(wanted: Mapping[str, tuple[int, int]]) -> dict[str, float]:
        asked.extend(wanted)
        return doubled(wanted)

    wanted = {"shipped": ITEM, "kept": ITEM, "new": ITEM}
    assert bounds.find(wanted, compute) == {"shipped": 7.0, "kept": 8.0, "new": 14.0}
    assert asked == ["new"]


def test_only_computing_is_told(bounds: Bounds, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    # The logger itself is one for the whole process, and the command line may have taken it over.
    monkeypatch.setattr("problems.bounds._LOG.info", lambda text, *values: told.append(text % values))
    found(bounds)
    found(bounds)
    assert told == [f"computing bounds of 1 instances, then kept in {bounds.cache}"]


def test_keeping_one_forgets_no_other(bounds: Bounds) -> None:
    bounds.cache.parent.mkdir()
    bounds.cache.write_text('{"other": 5.0}')
    found(bounds)
    assert json.loads(bounds.cache.read_text()) == {"other": 5.0, NAME: 14.0}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"0123": NaN}',
        b'{"0123": Infinity}',
        b'{"0123": true}',
        b'{"0123": "14.0"}',
        b'{"0123": 0.5}',
        b'{"0123": 1e9}',
    ],
)
def test_a_broken_cache_is_as_good_as_none(bounds: Bounds, content: bytes) -> None:
    bounds.cache.parent.mkdir()
    bounds.cache.write_bytes(content)
    assert found(bounds) == {NAME: 14.0}
    assert json.loads(bounds.cache.read_text()) == {NAME: 14.0}


def test_a_cache_that_cannot_be_written_is_done_without(bounds: Bounds) -> None:
    bounds.cache.parent.write_text("a file where the folder should be")
    assert found(bounds) == {NAME: 14.0}


def test_the_cache_lies_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    assert Bounds.beside("/place/prism/bound.py", version=2).cache == tmp_path / "prism-bounds-2.json"
    monkeypatch.delenv("ADRS_CACHE")
    assert cache_folder() == Path("results/cache")
