"""A run that is deleted is gone whole, with its texts and nobody else's; whatever happens meanwhile."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from evolve.runs import calls
from evolve.runs.deletion import Survey
from evolve.runs.errors import RunLocked, StoreCorrupt, UnknownRun, UnknownText
from evolve.runs.events import ASKED, COMMITTED, RUN_STARTED, Draft
from evolve.runs.store import Store, digest

START = Draft(RUN_STARTED, None, {"problem": "none"})
OWN, SHARED, OTHER = "only a's " * 9, "everybody's " * 9, "only b's " * 9


def naming(step: int, *texts: str) -> Draft:
    return Draft(COMMITTED, step, {"text": digest(texts[0]), "prompt": [digest(text) for text in texts[1:]]})


def grown(store: Store, run: str, *texts: str) -> None:
    store.create(run, [START], at=0.0)
    store.append(run, [naming(0, *texts)], at=1.0, texts=texts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "runs.db"
    with Store.open(path) as store:
        grown(store, "a", OWN, SHARED)
        grown(store, "b", SHARED, OTHER)
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, create=False) as store:
        yield store


def counted(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    tables = ("runs", "events", "texts", "calls", "leases")
    found = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    return found


def is_there(store: Store, text: str) -> bool:
    try:
        return store.text(digest(text)) == text
    except UnknownText:
        return False


def test_a_run_goes_with_its_own_texts_and_nobody_elses(store: Store, path: Path) -> None:
    freed = store.delete("a", at=2.0)
    assert (freed.events, freed.texts, freed.kept) == (2, 1, 1)
    assert [is_there(store, text) for text in (OWN, SHARED, OTHER)] == [False, True, True]
    assert [e.body.get("text") for e in store.events("b")] == [None, digest(SHARED)]
    store.delete("b", at=3.0)
    assert counted(path) == {"runs": 0, "events": 0, "texts": 0, "calls": 0, "leases": 0}


def test_what_is_weighed_is_what_goes(store: Store) -> None:
    weighed = store.weigh("a", at=2.0)
    assert weighed == store.delete("a", at=2.0)
    assert weighed.size_bytes > len(digest(OWN))


def test_a_run_that_goes_on_is_neither_weighed_nor_deleted(store: Store, path: Path) -> None:
    with Store.open(path) as writer, writer.lease("a", now=time.time):
        with pytest.raises(RunLocked):
            store.weigh("a", at=time.time())
        with pytest.raises(RunLocked):
            store.delete("a", at=time.time())
    assert counted(path)["runs"] == 2


def test_a_text_that_only_a_waiting_call_of_another_run_names_stays(store: Store) -> None:
    with store.writing("b", at=1.0, texts=[OWN]) as (connection, run_id):
        calls.insert_sent(connection, run_id, {1: {"model": "m"}})
        calls.keep_replies(connection, run_id, {1: {"text": digest(OWN)}})
    assert store.delete("a", at=2.0).texts == 0
    assert is_there(store, OWN)


def test_a_text_that_is_named_while_logs_are_read_stays(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(self: Store) -> Survey:
        survey = surveyed(self)
        with Store.open(path) as writer:
            writer.append("b", [naming(1, OWN)], at=1.5, texts=[OWN])
        return survey

    surveyed = Store._surveyed
    monkeypatch.setattr(Store, "_surveyed", late)
    store.delete("a", at=2.0)
    assert is_there(store, OWN)


def test_two_that_share_a_text_and_go_at_once_leave_nothing_of_it(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(self: Store) -> Survey:
        survey = surveyed(self)
        monkeypatch.setattr(Store, "_surveyed", surveyed)
        with Store.open(path) as other:
            other.delete("b", at=1.5)
        return survey

    surveyed = Store._surveyed
    monkeypatch.setattr(Store, "_surveyed", late)
    store.delete("a", at=2.0)
    assert counted(path) == {"runs": 0, "events": 0, "texts": 0, "calls": 0, "leases": 0}


def test_two_who_delete_one_run_delete_it_once(path: Path) -> None:
    def work() -> None:
        with Store.open(path, create=False) as store:
            store.delete("a", at=2.0)

    children = [forked(work) for _ in range(2)]
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
    assert codes == [0, 1]
    assert counted(path) == {"runs": 1, "events": 2, "texts": 2, "calls": 0, "leases": 0}


def forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except UnknownRun:
            code = 1
        finally:
            os._exit(code)
    return child


def killed_before_statement(path: Path, number: int) -> bool:
    """Deletes in a child that is killed at a statement that deletes; says whether it came to that."""

    def work() -> None:
        store, left = Store.open(path, create=False), [number]

        @event.listens_for(store._database._engine, "before_cursor_execute")
        def before(_: Any, __: Any, statement: str, *___: Any) -> None:
            left[0] -= statement.startswith("DELETE")
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        store.delete("a", at=2.0)

    _, status = os.waitpid(forked(work), 0)
    return os.WIFSIGNALED(status)


def test_a_kill_leaves_the_run_whole_and_a_second_delete_finishes(path: Path) -> None:
    before, kills = counted(path), 0
    while killed_before_statement(path, kills):
        assert counted(path) == before
        kills += 1
    assert kills == 5, "events, calls, lease, run, texts"
    assert counted(path) == {"runs": 1, "events": 2, "texts": 2, "calls": 0, "leases": 0}


def test_nothing_is_deleted_where_a_log_cannot_be_read(store: Store, path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE events SET body = x'7a00' WHERE run_id = 2 AND seq = 1")
    connection.commit()
    connection.close()
    with pytest.raises(StoreCorrupt, match="which texts its runs need cannot be told"):
        store.delete("a", at=2.0)
    assert counted(path)["runs"] == 2


def test_who_had_the_run_open_writes_nothing_into_the_void(store: Store, path: Path) -> None:
    assert len(list(store.events("b"))) == 2
    with Store.open(path) as other:
        other.delete("b", at=2.0)
    with pytest.raises(UnknownRun):
        store.append("b", [Draft(ASKED, 1, {})], at=3.0)
    with Store.open(path) as other:
        other.create("c", [START], at=4.0)
    with pytest.raises(UnknownRun):
        store.append("b", [Draft(ASKED, 1, {})], at=5.0)
    assert len(list(store.events("c"))) == 1


def test_who_was_reading_the_run_is_told_that_it_is_gone(store: Store, path: Path) -> None:
    store.append("a", [Draft(ASKED, step, {}) for step in range(1000)], at=1.0)
    reading = store.events("a")
    next(reading)
    with Store.open(path) as other:
        other.delete("a", at=2.0)
    with pytest.raises(UnknownRun):
        list(reading)


def test_a_new_run_of_the_name_has_all_its_texts(store: Store) -> None:
    grown(store, "c", "new " * 9)
    store.delete("c", at=2.0)
    grown(store, "c", "new " * 9)
    assert is_there(store, "new " * 9)


def test_a_text_is_written_again_for_each_run_that_names_it(store: Store, path: Path) -> None:
    grown(store, "c", "new " * 9)
    with Store.open(path) as other:
        other.delete("c", at=2.0)
    store.append("b", [naming(1, "new " * 9)], at=3.0, texts=["new " * 9])
    assert is_there(store, "new " * 9)
