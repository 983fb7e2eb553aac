"""Commands that pages start: what comes of them, one at a time on a run, and none outlives the server."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import actions
from dashboard.actions import Refused
from dashboard.commands import TOKEN, Commands, exported
from dashboard.data import RunLog
from evolve.runs.marks import marks
from evolve.runs.store import Store

LONG_S = 60.0


@pytest.fixture
def db(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(finished, tmp_path / "copy.db"))


@pytest.fixture
def commands(db: Path, tmp_path: Path) -> Iterator[Commands]:
    found = Commands(db, tmp_path / "session")
    yield found
    found.close()


@pytest.fixture
def log(db: Path) -> RunLog:
    found = RunLog(db, "done")
    found.refresh()
    return found


def test_a_command_writes_what_it_was_asked_to(commands: Commands, log: RunLog, db: Path) -> None:
    started = commands.start(actions.note(log, "--off; rm -rf / $(id) `id`\n<b>two</b>", step=1))
    assert started.wait(LONG_S) == 0, started.said
    with Store.open(db, create=False) as store:
        assert [(n.step, n.text) for n in marks(store, "done").notes] == [
            (1, "--off; rm -rf / $(id) `id`\n<b>two</b>")
        ]
    assert started.said == "noted on step 1 of run 'done'\n"


@pytest.mark.slow
def test_a_command_that_fails_says_why(commands: Commands, log: RunLog) -> None:
    started = commands.start(actions.tag(log, 1, ["never-put-on"], off=True))
    assert started.wait(LONG_S) == 2
    assert started.said.startswith("step 1 of run 'done' has no tag 'never-put-on'")


@pytest.mark.slow
def test_a_bundle_is_made_beside_the_store_and_read_from_there(
    commands: Commands, log: RunLog, db: Path
) -> None:
    started = commands.start(actions.bundle(log))
    assert commands.made(started) is None or started.code == 0
    assert started.wait(LONG_S) == 0, started.said
    assert started.path == db.parent / "exports" / "done.adrs.zip"
    assert (commands.made(started) or b"")[:2] == b"PK"
    assert commands.of("done", "bundle") == [started]
    assert commands.of("done", "verify") == commands.of("other") == []


def test_a_file_that_finds_no_place_is_refused_in_a_sentence(commands: Commands, log: RunLog) -> None:
    commands.exports.write_text("no folder")
    with pytest.raises(Refused, match=r"bundle done cannot be started: File exists, .*exports"):
        commands.start(actions.bundle(log))


@pytest.mark.parametrize("name", ["../copy.db", "/etc/passwd", "link", "..", ".", "", "folder", "no"])
def test_nothing_outside_of_the_exports_is_read(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "exports"
    (folder / "folder").mkdir(parents=True)
    (folder / "link").symlink_to("/etc/passwd")
    (tmp_path / "copy.db").write_text("secret")
    assert exported(folder, name) is None


def test_a_run_has_one_long_command_at_a_time_and_short_ones_beside(commands: Commands, log: RunLog) -> None:
    long = commands.start(actions.verify(log, 1))
    with pytest.raises(Refused, match="verify step 1 of done is still going on"):
        commands.start(actions.bundle(log))
    assert commands.start(actions.tag(log, 1, ["odd"])).code is None
    long.stop()
    assert long.code == -signal.SIGTERM
    assert commands.start(actions.bundle(log)).code is None


def test_the_token_of_the_pages_is_not_handed_on(
    commands: Commands, log: RunLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, "secret")
    started = commands.start(actions.verify(log, 1))
    assert b"secret" not in Path(f"/proc/{started.pid}/environ").read_bytes()


def test_what_was_closed_starts_nothing_and_has_ended_what_it_started(
    commands: Commands, log: RunLog, tmp_path: Path
) -> None:
    started = commands.start(actions.verify(log, 1))
    commands.close()
    assert started.code == -signal.SIGTERM
    assert not (tmp_path / "session").exists()
    with pytest.raises(Refused, match="is stopping"):
        commands.start(actions.bundle(log))


SERVER = """
import sys, threading
from pathlib import Path
from dashboard import actions
from dashboard.commands import commands
from dashboard.data import RunLog

def page():
    log = RunLog(Path(sys.argv[1]), "done")
    log.refresh()
    started = commands(log.db).start(actions.verify(log, 1))
    threading.Thread(target=started.wait, args=(60,), daemon=False).start()  # a page that waits for it
    print(started.pid, started._folder.parent, flush=True)

drawing = threading.Thread(target=page, daemon=True)  # as pages are drawn
drawing.start()
drawing.join()
"""


@pytest.mark.slow
def test_no_command_outlives_the_process_that_started_it(db: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SERVER, str(db)], capture_output=True, text=True, timeout=LONG_S, check=True
    )
    pid, folder = ended.stdout.split()
    assert not Path(f"/proc/{pid}").exists()
    assert not Path(folder).exists()
