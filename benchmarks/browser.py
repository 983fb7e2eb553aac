"""A real browser and a real server, for what only they show: used by the benchmark and the walk of tests."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHART: Final = "[data-testid=stVegaLiteChart] :is(canvas, svg.marks)"
"""What is there once a chart is drawn."""

_START_S: Final = 30.0
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Path of a browser of this machine."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator["Browser"]:
    """Opens Chromium without a window.

    Raises:
        FileNotFoundError: There is none.
    """
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        raise FileNotFoundError(f"expected one of {', '.join(_NAMES)} on the path, but found none")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@dataclass(frozen=True, slots=True)
class Server:
    """A running `adrs dashboard`.

    Attributes:
        start_s: From its command until it answered.
    """

    url: str
    pid: int
    start_s: float

    @property
    def memory_mb(self) -> float:
        """What it holds now, in MB; of its children nothing."""
        (line,) = (t for t in self._proc("status").splitlines() if t.startswith("VmRSS:"))
        return int(line.split()[1]) / 1000

    @property
    def cpu_s(self) -> float:
        """What it has used so far."""
        after_name = self._proc("stat").rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")

    def _proc(self, name: str) -> str:
        return Path("/proc", str(self.pid), name).read_text(encoding="utf-8")


@contextmanager
def server(db: Path) -> Iterator[Server]:
    """Starts the dashboard on a free port, and ends it as Ctrl-C does.

    Raises:
        RuntimeError: It ended at once, or nobody answered.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "evolve", "dashboard", "--db", str(db), "--port", str(port)]
    began = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _await(process, port)
        yield Server(f"http://127.0.0.1:{port}", process.pid, time.monotonic() - began)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the dashboard ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the dashboard did not answer within {_START_S:.0f} s")
