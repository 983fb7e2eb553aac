"""What is written to a store is what is read from it."""

import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evolve.runs.bodies import BodyDamaged, pack, unpack
from evolve.runs.errors import RunExists, RunNameRefused, UnknownRun, UnknownText
from evolve.runs.events import ASKED, COMMITTED, KINDS, MEASURED, RUN_STARTED, Draft, Event
from evolve.runs.store import RunRow, Store, digest
from evolve.runs.texts import pack_text, unpack_text
from evolve.search.candidate import Candidate

START = Draft(RUN_STARTED, None, {"seed": 1})
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)

ANY_TEXT = st.text(st.characters(exclude_categories=()))
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=30,
)
BODIES = st.dictionaries(st.text(max_size=5), PLAIN, max_size=5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "runs.db") as opened:
        yield opened


def steps(store: Store, run: str) -> list[int | None]:
    return [event.step for event in store.events(run)]


def identical(a: Any, b: Any) -> bool:
    """Equal in value, type and sign of zero."""
    if isinstance(a, float):
        return isinstance(b, float) and a == b and math.copysign(1, a) == math.copysign(1, b)
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(identical(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(identical, a, b))
    return type(a) is type(b) and a == b


def test_append_returns_the_events_as_they_are_read_back(store: Store) -> None:
    store.create("a", [START], at=5.0)
    written = store.append("a", [Draft(ASKED, 0, {"parents": (1, 2)}), Draft(COMMITTED, 0, {})], at=6.5)
    assert written == [
        Event("a", 1, 0, ASKED, 1, 6.5, {"parents": [1, 2]}),
        Event("a", 2, 0, COMMITTED, 1, 6.5, {}),
    ]
    assert list(store.events("a", after=0)) == written


def test_a_log_outlives_the_store_that_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with Store.open(path) as first:
        first.create("a", [START], at=1.0)
        first.append("a", [Draft(ASKED, 0, {"x": 0.1})], at=2.0, texts=["text"])
    assert not path.with_name("runs.db-wal").exists()
    with Store.open(path, create=False) as second:
        assert [event.body for event in second.events("a")] == [{"seed": 1}, {"x": 0.1}]
        assert second.text(digest("text")) == "text"


def test_runs_have_logs_of_their_own_numbered_from_zero(store: Store) -> None:
    for name in ("a", "b"):
        store.create(name, [START], at=1.0)
    for step in range(3):
        store.append("a", [Draft(ASKED, step, {})], at=1.0)
        store.append("b", [Draft(ASKED, 10 + step, {})], at=1.0)
    assert [event.seq for event in store.events("b")] == [0, 1, 2, 3]
    assert steps(store, "a") == [None, 0, 1, 2]
    assert steps(store, "b") == [None, 10, 11, 12]


def test_events_are_found_by_kind_and_place_over_many_chunks(store: Store) -> None:
    store.create("a", [START], at=1.0)
    store.append("a", [Draft((ASKED, MEASURED)[step % 2], step, {}) for step in range(1500)], at=1.0)
    assert steps(store, "a")[1:] == list(range(1500))
    measured = [event.step for event in store.events("a", kinds={MEASURED})]
    assert measured == list(range(1, 1500, 2))
    assert [event.step for event in store.events("a", after=1400, kinds=[ASKED])] == list(
        range(1400, 1500, 2)
    )
    assert list(store.events("a", kinds=())) == []


def test_kinds_and_versions_of_a_later_program_are_read_as_they_are(store: Store) -> None:
    assert "reviewed" not in KINDS
    store.create("a", [START], at=1.0)
    store.append(
        "a", [Draft("reviewed", 3, {"new": [1]}, version=1), Draft(ASKED, 4, {"b": 2}, version=9)], at=2.0
    )
    _, unknown, newer = store.events("a")
    assert (unknown.kind, unknown.step, unknown.body) == ("reviewed", 3, {"new": [1]})
    assert (newer.kind, newer.version, newer.body) == (ASKED, 9, {"b": 2})


def test_nothing_of_an_append_with_a_bad_body_is_written(store: Store) -> None:
    store.create("a", [START], at=1.0)
    with pytest.raises(ValueError, match=r"body\.scores\[1\] is float nan"):
        store.append(
            "a", [Draft(ASKED, 0, {}), Draft(MEASURED, 0, {"scores": [0.5, math.nan]})], at=1.0, texts=["t"]
        )
    assert steps(store, "a") == [None]
    with pytest.raises(UnknownText):
        store.text(digest("t"))


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (math.inf, "body.x is float inf"),
        (1 << 64, "body.x is int 18446744073709551616"),
        (b"raw", "body.x is bytes"),
        ({1: 2}, "body.x has the key 1"),
        ({"\ud800": 2}, r"has the key '\\ud800'"),
        (np.float32(0.5), "body.x is float32"),
        ({1, 2}, "body.x is set"),
    ],
)
def test_what_would_not_come_back_is_refused_by_its_place(value: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        pack({"x": value})


def test_a_body_that_holds_itself_is_refused() -> None:
    body: dict[str, Any] = {}
    body["x"] = body
    with pytest.raises(ValueError, match="at most 64 levels"):
        pack(body)


def test_a_time_that_is_no_number_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="expected a time"):
        store.create("a", [START], at=math.nan)
    assert store.runs() == []


@given(BODIES)
def test_any_body_comes_back_to_the_last_bit(body: dict[str, Any]) -> None:
    assert identical(body, unpack(pack(body)))


@SHARED
@given(body=BODIES, text=ANY_TEXT)
def test_any_body_and_text_survive_the_store(store: Store, body: dict[str, Any], text: str) -> None:
    name = f"run {len(store.runs())}"
    store.create(name, [START], at=1.0)
    store.append(name, [Draft(MEASURED, 0, body)], at=1.0, texts=[text])
    *_, event = store.events(name)
    assert identical(body, event.body)
    assert store.text(digest(text)) == text


def test_strings_that_utf8_cannot_hold_come_back_from_a_body() -> None:
    body = {"x": ["\ud800", "é", "plain", {"y": "a\udcffé"}]}
    assert identical(unpack(pack(body)), body)


def test_numpy_doubles_views_and_tuples_are_stored_as_their_plain_values() -> None:
    body = {"x": np.float64(0.1), "y": MappingProxyType({"z": (1, True)})}
    assert identical(unpack(pack(body)), {"x": 0.1, "y": {"z": [1, True]}})


@given(st.binary())
def test_any_bytes_are_a_body_or_damaged(blob: bytes) -> None:
    try:
        body = unpack(blob)
    except BodyDamaged:
        return
    assert isinstance(body, dict)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_comes_back_from_its_bytes(text: str) -> None:
    assert unpack_text(pack_text(text), digest(text)) == text


def test_the_digest_of_a_source_is_the_id_of_its_candidate() -> None:
    source = "def solve(task):\n    return '\udc80 é'\n"
    assert digest(source) == Candidate(source).id


def test_a_text_named_by_many_events_is_stored_once(store: Store, tmp_path: Path) -> None:
    store.create("a", [START], at=1.0)
    for step in range(5):
        store.append("a", [Draft(ASKED, step, {})], at=1.0, texts=["shared", "shared", f"own {step}"])
    with sqlite3.connect(tmp_path / "runs.db") as raw:
        assert raw.execute("SELECT count(*) FROM texts").fetchone() == (6,)
    raw.close()


@pytest.mark.parametrize("wrong", ["", "0" * 64, "g" * 64, "\ud800", "AB" * 32])
def test_a_digest_of_no_text_is_said_to_be_none(store: Store, wrong: str) -> None:
    with pytest.raises(UnknownText, match="there is none"):
        store.text(wrong)


def test_runs_are_listed_newest_first_with_their_length_and_last_event(store: Store) -> None:
    store.create("old", [START], at=1.0)
    store.create("new", [START, START], at=3.0)
    store.append("old", [Draft(ASKED, 0, {})] * 4, at=9.0)
    assert store.runs() == [RunRow("new", 3.0, 3.0, 2), RunRow("old", 1.0, 9.0, 5)]


def test_a_taken_name_is_refused_and_its_log_untouched(store: Store) -> None:
    store.create("a", [START], at=1.0)
    with pytest.raises(RunExists, match=r"already has a run 'a'.*adrs resume a"):
        store.create("a", [START, START], at=2.0)
    assert steps(store, "a") == [None]


@pytest.mark.parametrize("name", ["", "x" * 201, "line\nbreak", "\udc80", "nul\0"])
def test_a_name_that_cannot_be_stored_is_refused(store: Store, name: str) -> None:
    with pytest.raises(RunNameRefused, match="printable"):
        store.create(name, [START], at=1.0)
    with pytest.raises(UnknownRun):
        store.events(name)


def test_an_unknown_run_names_those_there_are_nearest_first(store: Store) -> None:
    for name in ("spot-1", "txn-2", "txn-night"):
        store.create(name, [START], at=1.0)
    with pytest.raises(UnknownRun, match=r"no run 'txn-night2'; it has txn-night, txn-2, spot-1$"):
        store.append("txn-night2", [], at=1.0)
    with pytest.raises(UnknownRun, match="it has txn-2, "):
        store.lease("txn-3", now=lambda: 1.0)


def test_an_unknown_run_in_an_empty_store_says_how_to_start_one(store: Store) -> None:
    with pytest.raises(UnknownRun, match="it has no runs yet; start one with: adrs run"):
        store.copy("a", "b", [START], None, at=1.0)


def test_a_copy_begins_with_its_own_start_and_ends_where_asked(store: Store) -> None:
    store.create("a", [START], at=1.0)
    store.append("a", [Draft(ASKED, step, {"k": step}) for step in range(5)], at=2.0)
    first = [Draft(RUN_STARTED, None, {"seed": 2}), Draft("forked", None, {"from": "a"})]
    store.copy("a", "b", first, 3, at=7.0)
    events = list(store.events("b"))
    assert [(e.seq, e.kind, e.step, e.at) for e in events] == [
        (0, RUN_STARTED, None, 7.0),
        (1, "forked", None, 7.0),
        (2, ASKED, 0, 2.0),
        (3, ASKED, 1, 2.0),
        (4, ASKED, 2, 2.0),
    ]
    assert [event.body for event in events[2:]] == [{"k": 0}, {"k": 1}, {"k": 2}]
    store.copy("a", "whole", [START], None, at=7.0)
    assert steps(store, "whole") == steps(store, "a") == [None, 0, 1, 2, 3, 4]


def test_a_copy_to_a_taken_name_changes_nothing(store: Store) -> None:
    for name in ("a", "b"):
        store.create(name, [START, Draft(ASKED, 0, {})], at=1.0)
    with pytest.raises(RunExists):
        store.copy("a", "b", [START], None, at=1.0)
    assert len(list(store.events("b"))) == 2


def test_texts_are_found_together_and_those_that_are_not_there_are_left_out(store: Store) -> None:
    store.create("run", [Draft(RUN_STARTED, None, {})], at=0.0)
    store.append("run", [], at=0.0, texts=["one", "two"])
    wanted = [digest("one"), digest("two"), digest("three"), "no digest"]
    assert store.texts(wanted) == {digest("one"): "one", digest("two"): "two"}
    assert store.texts([]) == {}
