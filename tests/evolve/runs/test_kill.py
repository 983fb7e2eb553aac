"""kill -9 anywhere: nothing committed is lost, the resumed run is the uninterrupted one, nothing stays."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evolve.runs.store import Store
from tests.evolve.runs.searches import Line, Observed, read, resume, spec, start

pytestmark = pytest.mark.usefixtures("toy")

EVALS = 40
BOUNDARIES = [
    pytest.param("run_started", 1, id="before the first ask"),
    pytest.param("asked", 2, id="between two asks of one transaction"),
    pytest.param("measured", 1, id="between the stages of a step"),
    pytest.param("measured", 9, id="between measured and committed"),
    pytest.param("committed", 1, id="between committed and promoted"),
    pytest.param("committed", 17, id="between committed and asked"),
    pytest.param("promoted", 2, id="between promoted and asked"),
    pytest.param("commit", 3, id="between two transactions"),
    pytest.param("commit", 25, id="between two transactions late"),
]


@pytest.fixture(scope="module")
def whole(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Observed:
    path = tmp_path_factory.mktemp("whole") / "runs.db"
    asyncio.run(start(path, spec(max_evals=EVALS)))
    return read(path)


def doomed(path: Path, kind: str, number: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.evolve.runs.doomed", str(path), str(EVALS), kind, str(number)]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def descendants(pid: int) -> Iterator[tuple[int, str]]:
    """Processes below `pid`, each with its start time, which tells it from a later one of that number."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := start_of(int(folder.name))) is not None:
            parents.setdefault(int(stat[1]), []).append(int(folder.name))
    for child in parents.get(pid, []):
        yield child, (start_of(child) or ["", "", ""])[2]
        yield from descendants(child)


def start_of(pid: int) -> tuple[str, str, str] | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], fields[1], fields[19]


def alive(found: list[tuple[int, str]]) -> list[int]:
    states = {pid: start_of(pid) for pid, _ in found}
    return [pid for pid, began in found if (s := states[pid]) is not None and s[2] == began and s[0] != "Z"]


def committed(path: Path) -> list[Line]:
    return [event for event in read(path).events if event[0] in {"measured", "committed", "promoted"}]


def assert_resumes_to(whole: Observed, path: Path) -> None:
    with Store.open(path, create=False) as store:
        if not any(row.name == "run" for row in store.runs()):
            return  # killed before the run existed: there is nothing to resume, and nothing was lost
    before = committed(path)
    asyncio.run(resume(path))
    after = read(path)
    assert committed(path)[: len(before)] == before
    assert after.digest == whole.digest
    assert [e for e in after.events if e[0] == "committed"] == [
        e for e in whole.events if e[0] == "committed"
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "number"), BOUNDARIES)
def test_a_kill_between_two_events_loses_nothing(
    kind: str, number: int, whole: Observed, tmp_path: Path
) -> None:
    path = tmp_path / "runs.db"
    assert doomed(path, kind, number).wait(timeout=60) == -signal.SIGKILL
    assert_resumes_to(whole, path)


def kill_at(path: Path, after_s: float) -> None:
    """Starts a search, kills it after a while, and sees that nothing of it stays."""
    mounts = Path("/proc/self/mountinfo").read_text()
    process = doomed(path, "none", 0)
    deadline = time.monotonic() + 30
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after_s)
    below = list(descendants(process.pid))
    process.kill()
    process.wait()
    deadline = time.monotonic() + 5
    while alive(below) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(below)
    assert Path("/proc/self/mountinfo").read_text() == mounts


def test_a_kill_in_full_swing_leaves_no_process_and_loses_nothing(whole: Observed, tmp_path: Path) -> None:
    kill_at(tmp_path / "runs.db", after_s=1.5)
    assert_resumes_to(whole, tmp_path / "runs.db")


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(20))
def test_a_kill_at_a_random_moment_loses_nothing(moment: int, whole: Observed, tmp_path: Path) -> None:
    kill_at(tmp_path / "runs.db", after_s=random.Random(moment).uniform(0.0, 4.0))
    assert_resumes_to(whole, tmp_path / "runs.db")


def test_the_deciding_process_is_found_by_its_descendants(tmp_path: Path) -> None:
    # The check above would pass if nothing were ever found; so find something.
    process = doomed(tmp_path / "runs.db", "none", 0)
    deadline = time.monotonic() + 30
    while len(list(descendants(process.pid))) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    found = list(descendants(process.pid))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert len(found) >= 4  # two workers, each with its fork server
