"""`adrs delete`: asked for, agreed to, and gone."""

import os
import pty
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from evolve.runs.store import Store
from tests.evolve.cli.conftest import COMMAND, Adrs


@pytest.fixture
def db(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(finished, tmp_path / "copy.db"))


def test_a_run_is_deleted_when_one_agrees(adrs: Adrs, db: Path) -> None:
    ended = adrs("delete", "done", "--yes", "--db", db)
    assert ended.code == 0
    assert ended.err.startswith("adrs: deleted run 'done': ")
    assert "later runs take the room" in ended.err
    assert adrs("runs", "--db", db, "--json").json["runs"] == []
    again = adrs("delete", "done", "--yes", "--db", db)
    assert (again.code, "has no run 'done'" in again.err) == (2, True)


@pytest.mark.slow
def test_a_copy_of_the_run_is_unharmed(adrs: Adrs, db: Path, tmp_path: Path) -> None:
    assert adrs("resume", "done", "--fork", "--name", "twin", "--max-evals", "32", "--db", db).code == 0
    assert adrs("delete", "done", "--yes", "--db", db).code == 0
    assert adrs("bundle", "twin", "--out", tmp_path / "twin.zip", "--db", db).code == 0
    ended = adrs("replay", tmp_path / "twin.zip")
    assert ended.code == 0, ended.err


def test_without_a_terminal_one_must_agree_beforehand(adrs: Adrs, db: Path) -> None:
    ended = adrs("delete", "done", "--db", db)
    assert ended.code == 2
    assert "nothing was deleted: run 'done' has " in ended.err
    assert "agree to lose that with --yes, or put the run away with: adrs archive done" in ended.err
    assert adrs("show", "done", "--db", db).code == 0


@pytest.mark.parametrize(("answer", "left"), [(b"y\n", 0), (b"\n", 1), (b"no\n", 1)])
def test_at_a_terminal_one_is_asked(adrs: Adrs, db: Path, answer: bytes, left: int) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*COMMAND, "delete", "done", "--db", str(db)], stdin=theirs, stderr=theirs)
    asked = b""
    while b"[y/N]" not in asked:
        asked += os.read(ours, 4096)
    os.write(ours, answer)
    assert process.wait(30) == 0
    os.close(ours)
    os.close(theirs)
    assert b"delete run 'done' for good, " in asked
    assert len(adrs("runs", "--db", db, "--json").json["runs"]) == left


def test_a_run_that_goes_on_is_not_deleted(adrs: Adrs, db: Path) -> None:
    with Store.open(db) as store, store.lease("done", now=time.time):
        ended = adrs("delete", "done", "--yes", "--db", db)
    assert ended.code == 2
    assert f"process {os.getpid()}" in ended.err
    assert adrs("show", "done", "--db", db).code == 0


@pytest.mark.parametrize(
    ("run", "said"),
    [("dome", "has no run 'dome'; it has done"), ("holdout", "is reserved for the log of holdout looks")],
)
def test_a_name_that_no_run_can_have_deletes_nothing(adrs: Adrs, db: Path, run: str, said: str) -> None:
    ended = adrs("delete", run, "--yes", "--db", db)
    assert ended.code == 2
    assert said in ended.err


def test_there_must_be_a_store(adrs: Adrs, tmp_path: Path) -> None:
    ended = adrs("delete", "done", "--yes", "--db", tmp_path / "none.db")
    assert ended.code == 2
    assert not (tmp_path / "none.db").exists()
