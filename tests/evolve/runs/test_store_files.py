"""Every way in which a store's file can be unusable ends in an error that says what to do."""

import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evolve.runs import mounts
from evolve.runs.callbook import waiting_calls
from evolve.runs.database import BUSY_S, open_database
from evolve.runs.errors import (
    DiskFull,
    NetworkFileSystem,
    NotAStore,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreMissing,
    StoreTooNew,
    StoreUnreachable,
)
from evolve.runs.events import ASKED, RUN_STARTED, Draft, Event
from evolve.runs.store import Store, digest

START = Draft(RUN_STARTED, None, {"seed": 1})
PAGE = 4096
NOBODY = 65534


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store with one run of 600 incompressible events and one text; not to be changed."""
    path = tmp_path_factory.mktemp("original") / "runs.db"
    rng = random.Random(0)
    with Store.open(path) as store:
        store.create("a", [START], at=1.0)
        drafts = [Draft(ASKED, k, {"x": [rng.random() for _ in range(100)]}) for k in range(599)]
        store.append("a", drafts, at=1.0, texts=["a text"])
    return path


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users can reach."""
    found = Path(tempfile.mkdtemp())
    found.chmod(0o777)
    yield found
    found.chmod(0o777)
    shutil.rmtree(found)


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    """A copy of the original, to be done with as one likes."""
    return Path(shutil.copy(original, tmp_path / "runs.db"))


def raw(path: Path, *statements: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    return connection


def read(path: Path) -> list[Event]:
    with Store.open(path, create=False) as store:
        return list(store.events("a"))


def read_until_damage(path: Path) -> tuple[list[Event], StoreError | None]:
    found: list[Event] = []
    try:
        with Store.open(path, create=False) as store:
            found.extend(store.events("a"))
    except StoreError as error:
        return found, error
    return found, None


def unprivileged(work: Callable[[], None]) -> str:
    """Runs `work` in a process without root's rights, and returns what it raised as `Type: message`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = "nothing"
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            work()
        except (StoreError, OSError) as error:
            said = f"{type(error).__name__}: {error}"
        finally:
            os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def test_a_store_is_synchronous_and_written_ahead(path: Path) -> None:
    database = open_database(path, create=False, busy_s=BUSY_S)
    with database.write() as connection:
        found = {
            p: connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("synchronous", "journal_mode")
        }
        waited = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    database.close()
    assert found == {"synchronous": 2, "journal_mode": "wal"}
    assert waited == 5000


def test_a_copy_that_lost_its_journal_mode_gets_it_back(path: Path, tmp_path: Path) -> None:
    raw(path, f"VACUUM INTO '{tmp_path / 'copy.db'}'").close()
    assert raw(tmp_path / "copy.db").execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert len(read(tmp_path / "copy.db")) == 600
    assert raw(tmp_path / "copy.db").execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_missing_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a b" / "c?mode=ro#é" / "runs.db"
    with Store.open(path) as store:
        store.create("a", [START], at=1.0)
    assert path.is_file()


def test_a_store_to_be_read_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "runs.db"
    with pytest.raises(StoreMissing, match=r"runs\.db, but nothing is there"):
        Store.open(path, create=False)
    assert not path.parent.exists()


def test_an_empty_file_becomes_a_store_only_if_one_may_be_made(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    path.touch()
    with pytest.raises(StoreMissing):
        Store.open(path, create=False)
    with Store.open(path) as store:
        assert store.runs() == []


def test_a_directory_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(NotAStore, match="is a directory"):
        Store.open(tmp_path)


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    for below in ("plain/runs.db", "plain/deeper/runs.db"):
        with pytest.raises(NotAStore, match="is no folder"):
            Store.open(tmp_path / below)


@pytest.mark.parametrize("name", ["nul\0", "x" * 300])
def test_an_impossible_name_is_an_error_of_the_store(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreUnreachable):
        Store.open(tmp_path / name)


def test_links_that_lead_in_a_circle_are_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(StoreUnreachable):
        Store.open(tmp_path / "a")


@pytest.mark.parametrize(
    "content", [b"run,score\n1,0.5\n", b"\x89PNG\r\n\x1a\n" + bytes(5000), b"SQLite form"]
)
def test_another_file_is_refused_and_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(NotAStore, match=r"table\.csv is no database; it was not touched"):
        Store.open(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE other (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 3"]
)
def test_a_database_of_another_program_is_refused_and_untouched(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "other.db"
    raw(path, "CREATE TABLE gone (x)", "DROP TABLE gone", statement).close()
    content = path.read_bytes()
    with pytest.raises(NotAStore, match="a database of another program"):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_store_of_a_later_version_is_refused_and_untouched(path: Path) -> None:
    raw(path, "PRAGMA user_version = 3").close()
    content = path.read_bytes()
    with pytest.raises(
        StoreTooNew, match="store version 3, but this program knows versions up to 2; upgrade"
    ):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_store_of_the_version_before_gets_what_it_lacks(path: Path) -> None:
    sound = read(path)
    raw(path, "DROP TABLE calls", "PRAGMA user_version = 1").close()
    with Store.open(path) as store:
        assert waiting_calls(store, store.runs()[0].name) == {}
    assert read(path) == sound


def test_damage_in_the_middle_is_found_where_it_is_reached(path: Path) -> None:
    sound = read(path)
    content = bytearray(path.read_bytes())
    middle = len(content) // PAGE // 2 * PAGE
    content[middle : middle + PAGE] = random.Random(1).randbytes(PAGE)
    path.write_bytes(content)
    found, error = read_until_damage(path)
    assert isinstance(error, StoreCorrupt)
    assert "malformed" in str(error)
    assert found == sound[: len(found)]
    assert 0 < len(found) < len(sound)


@pytest.mark.parametrize(
    "change",
    [
        "body = CAST(substr(body, 1, 99) || char(1) || substr(body, 101) AS BLOB)",
        "body = x'7280'",  # an empty body, soundly packed
        "kind = 'promoted'",
        "step = 7",
        "step = NULL",
        "version = 2",
        "at = 1.5",
        "checksum = checksum + 1",
    ],
)
def test_a_change_inside_an_event_is_found(path: Path, change: str) -> None:
    raw(path, f"UPDATE events SET {change} WHERE seq = 150").close()
    found, error = read_until_damage(path)
    assert isinstance(error, StoreCorrupt)
    assert "event 150 of run 'a': its checksum differs" in str(error)
    assert [event.seq for event in found] == list(range(150))


def test_a_lost_event_is_found(path: Path) -> None:
    raw(path, "DELETE FROM events WHERE seq = 7").close()
    with pytest.raises(StoreCorrupt, match="run 'a' lacks event 7"):
        read(path)


def test_a_changed_text_is_found(path: Path) -> None:
    raw(path, "UPDATE texts SET body = CAST('rb text' AS BLOB)").close()
    with Store.open(path) as store, pytest.raises(StoreCorrupt, match="now has digest"):
        store.text(digest("a text"))


def test_a_truncated_file_is_an_error_of_the_store(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 20 * PAGE])
    with pytest.raises(StoreCorrupt):
        read(path)


@pytest.mark.parametrize(
    "seed",
    [pytest.param(range(25), id="few"), pytest.param(range(40, 600), id="many", marks=pytest.mark.slow)],
)
def test_damage_anywhere_is_either_harmless_or_an_error_of_the_store(path: Path, seed: range) -> None:
    sound, content = read(path), path.read_bytes()
    kinds = set()
    for rng in map(random.Random, seed):
        damaged = bytearray(content)
        length = rng.choice([1, 8, 200, PAGE])
        start = rng.randrange(len(content) - length) if rng.random() < 0.5 else rng.randrange(8 * PAGE)
        damaged[start : start + length] = rng.randbytes(length)
        path.write_bytes(damaged)
        found, error = read_until_damage(path)
        assert found == sound[: len(found)]
        assert error is not None or len(found) == len(sound)
        kinds.add(type(error))
        for side in ("-wal", "-shm"):
            path.with_name(path.name + side).unlink(missing_ok=True)
    assert StoreCorrupt in kinds
    path.write_bytes(content)
    assert read(path) == sound


def test_a_writer_elsewhere_makes_the_store_busy_until_it_is_done(path: Path) -> None:
    with Store.open(path, busy_s=0.05) as store:
        other = raw(path, "BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="locked by another program"):
            store.append("a", [Draft(ASKED, 0, {})], at=1.0)
        assert len(list(store.events("a"))) == 600
        other.execute("ROLLBACK")
        assert store.append("a", [Draft(ASKED, 0, {})], at=1.0)[0].seq == 600
        other.close()


def test_a_program_that_locks_the_whole_file_makes_opening_busy(path: Path) -> None:
    other = raw(path, "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "COMMIT")
    with pytest.raises(StoreBusy):
        Store.open(path, busy_s=0.05)
    other.close()
    assert len(read(path)) == 600


def test_a_slow_reader_holds_back_neither_writers_nor_checkpoints(path: Path) -> None:
    with Store.open(path, busy_s=0.05) as reader, Store.open(path, busy_s=0.05) as writer:
        slow = reader.events("a")
        assert next(slow).seq == 0
        writer.append("a", [Draft(ASKED, 0, {})], at=1.0)
        checkpoint = raw(path)
        assert checkpoint.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        checkpoint.close()
        assert [event.seq for event in slow] == list(range(1, 601))


def test_a_store_moved_away_while_open_is_not_written_into_the_void(path: Path) -> None:
    with Store.open(path) as store:
        path.rename(path.with_name("elsewhere.db"))
        with pytest.raises(StoreUnreachable, match="moved, deleted or replaced"):
            store.append("a", [Draft(ASKED, 0, {})], at=1.0)


def test_a_full_database_writes_nothing_and_goes_on_when_there_is_room(path: Path) -> None:
    with Store.open(path) as store:
        store.append("a", [Draft(ASKED, 0, {})], at=1.0)
        engine = store._database._engine
        with (
            engine.connect() as connection
        ):  # the pool gives the one idle connection, and appending uses it next
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
        big = [Draft(ASKED, k, {"x": str(random.Random(k).random()) * 500}) for k in range(400)]
        with pytest.raises(DiskFull, match="nothing was half-written"):
            store.append("a", big, at=1.0, texts=["new"])
        assert len(list(store.events("a"))) == 601
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert store.append("a", big, at=1.0, texts=["new"])[-1].seq == 1000


def test_a_read_only_file_can_be_read_but_not_written(folder: Path) -> None:
    path = folder / "runs.db"
    with Store.open(path) as store:
        store.create("a", [START], at=1.0)
    path.chmod(0o444)

    def work() -> None:
        with Store.open(path) as store:
            assert len(list(store.events("a"))) == 1
            store.append("a", [Draft(ASKED, 0, {})], at=1.0)

    assert unprivileged(work).startswith(f"StoreReadOnly: {path} or its folder cannot be written")


@pytest.mark.parametrize("made", [True, False])
def test_a_read_only_folder_is_named(folder: Path, made: bool) -> None:
    path = folder / "runs.db"
    if made:
        Store.open(path).close()
    folder.chmod(0o555)
    assert unprivileged(lambda: Store.open(path).close()).startswith("StoreReadOnly: ")


def test_a_folder_that_cannot_be_made_is_read_only(folder: Path) -> None:
    folder.chmod(0o555)
    assert unprivileged(lambda: Store.open(folder / "new" / "runs.db").close()).startswith("StoreReadOnly: ")


def test_a_file_that_may_not_be_read_is_unreachable(folder: Path) -> None:
    path = folder / "runs.db"
    Store.open(path).close()
    path.chmod(0)
    assert unprivileged(lambda: Store.open(path).close()).startswith("StoreUnreachable: ")


def test_a_network_mount_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text(
        f"1 1 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:5 / {tmp_path}/home rw - nfs4 host:/home rw\n"
    )
    monkeypatch.setattr(mounts, "MOUNTINFO", mountinfo)
    with pytest.raises(NetworkFileSystem, match=r"network file system \(nfs4\)"):
        Store.open(tmp_path / "home" / "me" / "runs.db")
    assert not (tmp_path / "home").exists()
    Store.open(tmp_path / "local.db").close()
