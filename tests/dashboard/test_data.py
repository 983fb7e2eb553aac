"""What pages show of a run is what is in its log, however it came there, and no event is read twice."""

import gc
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

import evolve
from dashboard import data
from dashboard.data import Library, RunLog
from evolve.runs.errors import StoreError, UnknownRun
from evolve.runs.events import Draft, Event
from evolve.runs.marks import tagged
from evolve.runs.store import Store


def logged(db: Path) -> list[Event]:
    with Store.open(db, create=False) as store:
        return list(store.events("done"))


def write(db: Path, run: str, events: Sequence[Event]) -> None:
    with Store.open(db, create=False) as store:
        for event in events:
            store.append(run, [Draft(event.kind, event.step, event.body)], at=event.at)


def begin(db: Path, run: str) -> None:
    first = logged(db)[0]
    with Store.open(db, create=False) as store:
        store.create(run, [Draft(first.kind, first.step, first.body)], at=first.at)


def wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30.0
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def db(finished: Path, tmp_path: Path) -> Path:
    """The finished store, to be written to."""
    return Path(shutil.copy(finished, tmp_path / "mine.db"))


def test_steps_are_those_that_the_command_line_lists(finished: Path, done: RunLog) -> None:
    listed = evolve.open("done", db=finished).frame()
    ours = done.frame().set_index("step")
    for column in ("id", "outcome", "operator", "parents"):
        assert ours[column].tolist() == listed[column].tolist(), column
    for column in ("search", "validation"):
        assert ours[column].tolist() == pytest.approx(listed[column].tolist(), nan_ok=True), column
    assert ours["is_promoted"].tolist() == listed["promoted"].tolist()


def test_the_best_and_the_champion_after_each_step_are_those_of_its_time(done: RunLog) -> None:
    frame = done.frame()
    kept = frame["search"].where(frame["is_kept"])
    assert frame["best"].ffill().tolist() == pytest.approx(kept.cummax().ffill().tolist(), nan_ok=True)
    promoted = frame[frame["is_promoted"]]
    assert len(promoted) > 1
    assert promoted["champion"].tolist() == promoted["validation"].tolist()
    best = evolve.open("done", db=done.db).best()
    assert best is not None
    assert (promoted.iloc[-1]["step"], promoted.iloc[-1]["search"]) == (best.step, best.search)


def test_the_best_known_score_of_an_instance_is_the_highest_that_any_candidate_had(done: RunLog) -> None:
    scores = [step.scores for step in done.steps if step.scores.size and not step.is_quarantined]
    assert len(done.instances) == len(scores[0])
    assert np.array_equal(done.best_known, np.max(scores, axis=0))


@pytest.mark.parametrize("size", [pytest.param(1, marks=pytest.mark.slow), 7])
def test_a_log_that_grows_is_read_as_one_that_is_finished(db: Path, done: RunLog, size: int) -> None:
    begin(db, "growing")
    log = RunLog(db, "growing")
    assert log.refresh() == 1
    events = logged(db)[1:]
    for start in range(0, len(events), size):
        piece = events[start : start + size]
        write(db, "growing", piece)
        assert log.refresh() == len(piece)
        assert len(log.frame()) == len(log.steps)
    assert log.frame().drop(columns="at").equals(done.frame().drop(columns="at"))
    assert log.elites() == done.elites()
    assert log.leaders() == done.leaders()
    assert log.standings == done.standings


def test_no_event_is_read_twice(db: Path) -> None:
    log = RunLog(db, "done")
    assert log.refresh() == len(logged(db))
    assert log.refresh() == 0
    with Store.open(db, create=False) as store:
        store.append("done", [tagged(3, ["odd"], "me", off=False)], at=0.0)
    assert log.refresh() == 1


def test_frames_are_of_the_steps_there_are(db: Path) -> None:
    begin(db, "growing")
    log = RunLog(db, "growing")
    log.refresh()
    assert log.frame().empty


def test_a_run_that_is_deleted_while_it_is_open_is_said_to_be_gone(db: Path) -> None:
    library = Library(db)
    assert library.log("done").steps
    with Store.open(db, create=False) as store:
        store.delete("done", at=0.0)
    with pytest.raises(UnknownRun):
        library.log("done")
    assert library.runs() == []
    assert not library.goes_on("done")


def test_another_run_of_a_deleted_ones_name_is_read_from_its_start(db: Path) -> None:
    begin(db, "kept")
    library = Library(db)
    before = library.log("kept")
    write(db, "kept", logged(db)[1:20])
    assert len(library.log("kept").steps) > 1
    with Store.open(db, create=False) as store:
        store.delete("kept", at=0.0)
    with pytest.raises(UnknownRun):
        library.log("kept")
    begin(db, "kept")
    assert library.log("kept") is not before
    assert library.log("kept").steps == []


def test_a_store_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database, " * 100)
    for name in ("text.db", "absent.db"):
        with pytest.raises(StoreError, match=name):
            Library(tmp_path / name).runs()


def test_the_list_tells_the_champion_and_its_lead(finished: Path, done: RunLog) -> None:
    (summary,) = Library(finished).runs()
    standings = {row.name: row for row in done.standings}
    champion = next(row for row in standings.values() if row.lead is None)
    assert summary.score == champion.score
    assert summary.row.name == "done"
    assert any(str(row.lead) in summary.lead for row in standings.values() if row.lead is not None)


def test_no_more_steps_are_kept_in_memory_than_there_is_room_for(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(db, "other")
    write(db, "other", logged(db)[1:20])
    library = Library(db)
    first = library.log("done")
    assert library.log("other") is library.log("other")
    assert library.log("done") is first
    monkeypatch.setattr(data, "_KEPT", len(first.steps))
    library.log("other")
    assert library.log("done") is not first


def test_a_run_is_read_ahead_once_for_whoever_looks_next(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, readers = Library(finished), list[str]()
    read = RunLog.refresh

    def refresh(self: RunLog) -> int:
        readers.append(threading.current_thread().name)
        return read(self)

    monkeypatch.setattr(RunLog, "refresh", refresh)
    library.ahead("done")
    wait_for(lambda: not any(thread.name == "ahead done" for thread in threading.enumerate()))
    library.ahead("done")
    assert readers == ["ahead done"]
    assert library.log("done").refresh() == 0


def test_what_cannot_be_read_ahead_is_told_when_it_is_looked_at(finished: Path) -> None:
    library = Library(finished)
    library.ahead("frob")
    wait_for(lambda: not any(thread.name == "ahead frob" for thread in threading.enumerate()))
    with pytest.raises(UnknownRun):
        library.log("frob")


def test_what_a_long_run_holds_is_not_looked_through_for_garbage(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "_MANY", 10)
    library = Library(finished)
    try:
        library.log("done")
        assert not any(entry is library.log("done") for entry in gc.get_objects())
        begun = [0.0] * 3, library.runs()
        library.log("done")
        assert any(entry is begun for entry in gc.get_objects())  # once, and not at every look
    finally:
        gc.unfreeze()
