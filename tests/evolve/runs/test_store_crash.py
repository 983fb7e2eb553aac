"""Whatever happens to a writer, a log is a prefix of what it wrote, in whole transactions."""

import contextlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest

from evolve.runs.errors import DiskFull
from evolve.runs.events import ASKED, RUN_STARTED, Draft, Event
from evolve.runs.store import Store, digest

START = Draft(RUN_STARTED, None, {})
DISK_BYTES = 2 << 20


def batch(step: int) -> list[Draft]:
    """A transaction whose events know how many they are."""
    size = step % 4 + 1
    noise = random.Random(step).random()
    return [Draft(ASKED, step, {"place": place, "of": size, "noise": [noise] * 50}) for place in range(size)]


def text(step: int) -> str:
    return f"text of step {step} " + str(random.Random(step).random()) * 20


def forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return child


def write(path: Path, acknowledge: int, *, count: int = 100_000) -> None:
    """Appends batches where the log ends, and writes a byte for each that is on disk."""
    with Store.open(path) as store, store.lease("a", now=time.time):
        first = sum(1 for _ in groupby(store.events("a"), key=lambda event: event.step)) - 1
        for step in range(first, first + count):
            store.append("a", batch(step), at=1.0, texts=[text(step)])
            os.write(acknowledge, b"!")


def whole_steps(path: Path) -> int:
    """Checks that the log is whole batches in order, with their texts, and counts them."""
    with Store.open(path, create=False) as store:
        events = list(store.events("a"))
        assert [event.seq for event in events] == list(range(len(events)))
        groups = [list(group) for _, group in groupby(events[1:], key=lambda event: event.step)]
        for step, group in enumerate(groups):
            assert [(e.step, dict(e.body)) for e in group] == [(step, dict(d.body)) for d in batch(step)]
            assert store.text(digest(text(step))) == text(step)
    return len(groups)


def sound(path: Path) -> bool:
    connection = sqlite3.connect(path)
    verdict = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    return bool(verdict == [("ok",)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "runs.db"
    with Store.open(path) as store:
        store.create("a", [START], at=0.0)
    return path


@pytest.mark.parametrize(
    "kills", [pytest.param(8, id="few"), pytest.param(60, id="many", marks=pytest.mark.slow)]
)
def test_a_writer_killed_at_random_moments_leaves_whole_transactions(path: Path, kills: int) -> None:
    rng = random.Random(kills)
    acknowledged = 0
    for _ in range(kills):
        reading, writing = os.pipe()
        child = forked(lambda writing=writing: write(path, writing))  # type: ignore[misc]  # bound now
        os.close(writing)
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            assert pipe.read(1), "the writer failed"
            time.sleep(rng.uniform(0, 0.02))  # the moment of death is what is tested
            os.kill(child, signal.SIGKILL)
            acknowledged += 1 + len(pipe.readall())
        os.waitpid(child, 0)
        steps = whole_steps(path)
        assert steps >= acknowledged, "something acknowledged is lost"
        acknowledged = steps
    assert sound(path)


def killed_at(bytes_: int, work: Callable[[], None]) -> None:
    """Forks a process that does `work`; the kernel kills it when a file of its grows beyond `bytes_`."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        work()

    _, status = os.waitpid(forked(limited), 0)
    assert os.WTERMSIG(status) == signal.SIGXFSZ, "the writer was not killed"


def test_a_writer_killed_within_its_writes_leaves_whole_transactions(path: Path) -> None:
    reading, writing = os.pipe()
    done = 0
    for kilobytes in range(70, 670, 60):
        killed_at(kilobytes << 10, lambda: write(path, writing))
        steps = whole_steps(path)
        assert steps >= done
        done = steps
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert done >= len(pipe.read()) > 100
    assert sound(path)


def test_a_transaction_too_large_for_memory_killed_half_written_is_gone(path: Path) -> None:
    def work() -> None:
        with Store.open(path) as store:
            store.append(
                "a", batch(0), at=1.0, texts=[random.Random(k).randbytes(50_000).hex() for k in range(90)]
            )

    killed_at(3 << 20, work)
    assert path.with_name("runs.db-wal").stat().st_size > 2 << 20
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM texts").fetchone() == (0,)
    connection.close()
    assert whole_steps(path) == 0


def test_a_write_ahead_log_cut_anywhere_holds_whole_transactions(path: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    child = forked(lambda: write(path, writing))
    acknowledged = len(os.read(reading, 1))
    while acknowledged < 40:
        acknowledged += len(os.read(reading, 1))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    log = path.with_name("runs.db-wal").read_bytes()
    rng, found = random.Random(0), []
    for cut in [0, *sorted(rng.randrange(len(log)) for _ in range(25)), len(log)]:
        copy = tmp_path / "copy.db"
        shutil.copy(path, copy)
        torn = rng.randbytes(3000) if cut < len(log) else b""  # what a torn sector may leave
        copy.with_name("copy.db-wal").write_bytes(log[:cut] + torn)
        found.append(whole_steps(copy))
        for side in tmp_path.glob("copy.db*"):
            side.unlink()
    assert found == sorted(found)
    assert found[0] == 0
    assert found[-1] >= 40


def test_processes_that_append_at_once_leave_no_gap(path: Path) -> None:
    def work() -> None:
        with Store.open(path) as store:
            for step in range(30):
                store.append("a", batch(step), at=1.0)

    for child in [forked(work) for _ in range(3)]:
        assert os.waitpid(child, 0)[1] == 0
    with Store.open(path) as store:
        events: list[Event] = list(store.events("a"))
    assert [event.seq for event in events] == list(range(1 + 3 * sum(len(batch(k)) for k in range(30))))
    position = 1
    while position < len(events):  # each transaction's events stand together
        of = events[position].body["of"]
        assert [e.body["place"] for e in events[position : position + of]] == list(range(of))
        position += of


def test_processes_that_make_a_store_at_once_all_find_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "runs.db"

    def work(name: str) -> None:
        with Store.open(path) as store:
            store.create(name, [START], at=1.0)

    names = {f"run {k}" for k in range(8)}
    for child in [forked(lambda name=name: work(name)) for name in names]:  # type: ignore[misc]  # bound now
        assert os.waitpid(child, 0)[1] == 0
    with Store.open(path, create=False) as store:
        assert {row.name for row in store.runs()} == names


def test_a_full_disk_leaves_whole_transactions_and_is_survived(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or in_a_private_mount(tmp_path, "true").returncode:
        pytest.skip("this system does not let a test mount a small disk of its own")
    done = in_a_private_mount(tmp_path, sys.executable, __file__, str(tmp_path))
    assert done.stdout == "survived\n", done.stderr


def in_a_private_mount(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command that alone sees a small disk at `folder`; the mount ends with it."""
    mount = f'mount -t tmpfs -o size={DISK_BYTES} tmpfs "$0" && exec "$@"'
    unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(folder)]
    return subprocess.run([*unshare, *command], check=False, capture_output=True, text=True)


def in_a_small_disk(folder: Path) -> None:
    """Fills the disk at `folder`, and goes on when there is room again."""
    path, ballast = folder / "runs.db", folder / "ballast"
    ballast.write_bytes(bytes(DISK_BYTES // 2))
    with Store.open(path) as store:
        store.create("a", [START], at=0.0)
        step = append_until_full(store)
        fill(folder / "rest")
        assert whole_steps(path) == step > 50
        (folder / "new").mkdir(exist_ok=True)
        with pytest.raises(DiskFull, match="no space left"):
            Store.open(folder / "new" / "runs.db")
        ballast.unlink()
        store.append("a", batch(step), at=1.0, texts=[text(step)])
    assert whole_steps(path) == step + 1
    assert sound(path)
    fill(folder / "rest of the rest")
    with pytest.raises(DiskFull, match="no space left"):
        Store.open(path)
    sys.stdout.write("survived\n")


def append_until_full(store: Store) -> int:
    for step in range(100_000):
        try:
            store.append("a", batch(step), at=1.0, texts=[text(step)])
        except DiskFull:
            return step
    raise AssertionError("the disk never filled")


def fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as rest:
        while rest.write(bytes(512)) == 512:
            pass


if __name__ == "__main__":
    in_a_small_disk(Path(sys.argv[1]))
