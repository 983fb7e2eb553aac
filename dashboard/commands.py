"""Commands in the background, what they say and the files they make. No other module here starts any."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from dashboard.actions import Action, Refused
from dashboard.scratch import scratch_folder

TOKEN: Final = "ADRS_DASHBOARD_TOKEN"  # noqa: S105 - the name of a variable
"""Variable with what a viewer must bring, where others than this machine can reach the pages."""
LINK: Final = "ADRS_DASHBOARD_LINK"
"""Variable with the address that is printed, the token in it if there is one."""
_MOST: Final = 4
"""Commands that run at once: each may use every core."""
_KEPT: Final = 40
"""Commands whose output is kept."""
_GRACE_S: Final = 5.0
_TAIL_BYTES: Final = 16_384
_COLUMNS: Final = "100"
_OPENING: Final = threading.Lock()


@dataclass(slots=True, eq=False)
class Started:
    """A command that was started; it goes on by itself.

    Attributes:
        began: Seconds since the epoch.
        path: What it makes; None if it makes no file.
    """

    action: Action
    began: float
    path: Path | None
    _process: subprocess.Popen[bytes] = field(repr=False)
    _folder: Path = field(repr=False)

    @property
    def pid(self) -> int:
        """Number of its process, and of its process group."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs, below 0 if a signal ended it."""
        return self._process.poll()

    @property
    def output(self) -> str:
        """Its result, as far as it is written."""
        return _read(self._folder / "out")

    @property
    def said(self) -> str:
        """What it told meanwhile, the last of it, and why it failed if it did."""
        return _read(self._folder / "err", last=_TAIL_BYTES).replace("adrs: ", "")

    def wait(self, most_s: float) -> int | None:
        """Waits for its end; gives the exit code, or None if it still runs."""
        try:
            return self._process.wait(most_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Ends it with all that it started, at last by force."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.send(number)
            self.wait(_GRACE_S)

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to it and all that it started, unless it has ended."""
        with suppress(ProcessLookupError):
            if self.code is None:
                os.killpg(self.pid, number)

    def forget(self) -> None:
        """Deletes what it said."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Commands:
    """All commands that one server started on a store; threads of several viewers share it.

    Attributes:
        exports: Folder for the files that commands make, beside the store.
    """

    def __init__(self, db: Path, folder: Path) -> None:
        self.db = db.absolute()
        self.exports = self.db.parent / "exports"
        self._folder = folder
        self._started: list[Started] = []
        self._number = 0
        self._is_closed = False
        self._lock = threading.Lock()

    def start(self, action: Action) -> Started:
        """Starts a command.

        Raises:
            Refused: The same run has one that goes on, too many go on, or what it makes has no place.
        """
        with self._lock:
            self._refuse_crowd(action)
            self._number += 1
            try:
                started = self._begun(action, self._folder / str(self._number))
            except OSError as error:
                raise Refused(
                    f"{action.title} cannot be started: {error.strerror}, {error.filename}"
                ) from error
            self._started.append(started)
            self._forget_old()
            return started

    def of(self, run: str, verb: str | None = None) -> Sequence[Started]:
        """Lists what was started on a run, the latest first."""
        with self._lock:
            found = [s for s in self._started if run in s.action.runs and verb in {None, s.action.verb}]
        return found[::-1]

    def made(self, started: Started) -> bytes | None:
        """Reads the file that a command made; None if there is none in the folder of exports."""
        if started.path is None or started.code != 0:
            return None
        return exported(self.exports, started.path.name)

    def close(self) -> None:
        """Ends all of them, and starts no more."""
        with self._lock:
            self._is_closed = True
            for started in self._started:
                started.send(signal.SIGTERM)  # to all of them before one is waited for
            for started in self._started:
                started.stop()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _begun(self, action: Action, folder: Path) -> Started:
        folder.mkdir(parents=True)
        path = None
        if action.file is not None:
            self.exports.mkdir(exist_ok=True)
            path = self.exports / action.file
        return Started(action, time.time(), path, self._opened(action, path, folder), folder)

    def _opened(self, action: Action, path: Path | None, folder: Path) -> subprocess.Popen[bytes]:
        out = () if path is None else (f"--out={path}",)
        options = (*action.options, *out, f"--db={self.db}")
        # -P: as for the command adrs itself, the folder that the server was started in holds no modules.
        command = [sys.executable, "-P", "-m", "dashboard.tied", action.verb, *options, "--", *action.words]
        environment = {name: value for name, value in os.environ.items() if name != TOKEN}
        with (folder / "out").open("wb") as result, (folder / "err").open("wb") as said:
            return subprocess.Popen(  # noqa: S603 - a list of our own making, and no shell
                command,
                stdin=subprocess.PIPE,  # never written to: it closes when this process ends
                stdout=result,
                stderr=said,
                env={**environment, "COLUMNS": _COLUMNS},
                start_new_session=True,  # a group of its own, so that it can be ended whole
            )

    def _refuse_crowd(self, action: Action) -> None:
        if self._is_closed:
            raise Refused("the server is stopping, so nothing more is started")
        going = [s for s in self._started if s.action.is_long and s.code is None] if action.is_long else []
        for started in going:
            if set(started.action.runs) & set(action.runs):
                raise Refused(f"{started.action.title} is still going on; wait for its end, or stop it")
        if len(going) >= _MOST:
            raise Refused(f"{_MOST} commands are going on already; wait for the end of one, or stop it")

    def _forget_old(self) -> None:
        ended = [started for started in self._started if started.code is not None]
        for started in ended[: max(0, len(self._started) - _KEPT)]:
            self._started.remove(started)
            started.forget()


def commands(db: Path) -> Commands:
    """The one of this process for a store; when the process ends, so do its commands."""
    with _OPENING:
        return _commands(db)


@cache
def _commands(db: Path) -> Commands:
    found = Commands(db, scratch_folder())

    def close() -> None:
        threading.main_thread().join()
        found.close()

    # No exit handler: those come after the threads, and a thread may be waiting for one of the commands.
    threading.Thread(target=close, name="adrs-commands", daemon=False).start()
    return found


def exported(folder: Path, name: str) -> bytes | None:
    """Reads a file of a folder; None if it is not there, or is elsewhere in truth."""
    path = folder / name
    if Path(name).name != name or path.is_symlink() or not path.is_file():
        return None
    return path.read_bytes()


def _read(path: Path, *, last: int | None = None) -> str:
    try:
        with path.open("rb") as file:
            if last is not None:
                file.seek(max(0, path.stat().st_size - last))
            return file.read().decode(errors="replace")
    except FileNotFoundError:  # forgotten since
        return ""
