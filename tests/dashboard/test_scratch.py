"""Folders of servers that were killed are deleted by the next one, and no others."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from dashboard.scratch import scratch_folder

SERVER = """
import time
from dashboard.scratch import scratch_folder
print(scratch_folder(), flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders are made, here and in processes that are started."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def aged(folder: Path) -> Path:
    hour_ago = time.time() - 3600
    os.utime(folder, (hour_ago, hour_ago))
    return folder


def test_the_folder_of_a_killed_server_goes_and_that_of_a_living_one_stays() -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        folder = aged(Path(server.stdout.readline().strip()))
        assert folder.is_dir()
        mine = aged(scratch_folder())
        assert folder.is_dir()
        server.send_signal(signal.SIGKILL)
    assert folder.is_dir()
    scratch_folder()
    assert not folder.exists()
    assert mine.is_dir()


def test_nothing_that_is_no_folder_of_a_server_is_touched(place: Path) -> None:
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "held").write_text("")
    (place / "adrs-dashboard-link").symlink_to(elsewhere)
    (place / "adrs-dashboard-file").write_text("mine")
    bare, fresh = place / "adrs-dashboard-bare", place / "adrs-dashboard-fresh"
    for folder in (bare, fresh):
        folder.mkdir()
    (fresh / "held").write_text("")
    aged(elsewhere)
    aged(bare)
    scratch_folder()
    assert (place / "adrs-dashboard-link" / "held").exists()
    assert (place / "adrs-dashboard-file").read_text() == "mine"
    assert bare.is_dir(), "without a lock it may be anything"
    assert fresh.is_dir(), "one that was just made may not be held yet"
