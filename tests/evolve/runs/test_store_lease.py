"""A run has one writer; a dead one is replaced at once, a silent one after 30 s."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from evolve.runs.errors import LeaseLost, RunLocked
from evolve.runs.events import ASKED, RUN_STARTED, Draft
from evolve.runs.lease import Owner, process_start
from evolve.runs.store import Store

Work = Callable[[Callable[[], int]], None]
"""What another process does; it calls what it is given once it is where the test wants it."""

START = Draft(RUN_STARTED, None, {})
STEP = [Draft(ASKED, 0, {})]


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "runs.db"
    with Store.open(path) as store:
        for name in ("a", "b"):
            store.create(name, [START], at=0.0)
    return path


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stores(path: Path) -> Iterator[tuple[Store, Store]]:
    with Store.open(path) as first, Store.open(path) as second:
        yield first, second


@contextmanager
def another_process(work: Work) -> Iterator[int]:
    """Forks a process that does `work`; yields its pid when it is ready, and kills it at the end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(lambda: os.write(writing, b"!"))
            signal.pause()
        finally:
            os._exit(1)
    os.close(writing)
    try:
        assert os.read(reading, 1) == b"!", "the other process failed"
        yield child
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def holder(path: Path, clock: Clock) -> Work:
    def work(ready: Callable[[], int]) -> None:
        with Store.open(path) as store, store.lease("a", now=clock):
            ready()
            signal.pause()

    return work


def test_two_processes_cannot_write_one_run(path: Path, clock: Clock) -> None:
    with another_process(holder(path, clock)) as pid, Store.open(path) as store:
        with pytest.raises(
            RunLocked, match=rf"run 'a' is being written by process {pid} on .* since 1970-01-01"
        ) as caught:
            store.lease("a", now=clock)
        assert (caught.value.pid, caught.value.since) == (pid, 1000.0)
        with pytest.raises(RunLocked):
            store.append("a", STEP, at=clock())
        store.append("b", STEP, at=clock())
        assert len(list(store.events("a"))) == 1


def test_the_lease_of_a_killed_process_is_taken_over_at_once(path: Path, clock: Clock) -> None:
    with another_process(holder(path, clock)):
        pass
    with Store.open(path) as store, store.lease("a", now=clock):
        assert store.append("a", STEP, at=clock())[0].seq == 1


def test_a_process_killed_but_not_yet_reaped_counts_as_dead(path: Path, clock: Clock) -> None:
    with another_process(holder(path, clock)) as pid, Store.open(path) as store:
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert Path(f"/proc/{pid}").exists()
        store.lease("a", now=clock).release()


def test_a_process_that_got_the_number_of_a_dead_one_does_not_keep_its_lease() -> None:
    here = Owner.here()
    assert not here.is_dead
    assert replace(here, process_start=here.process_start - 1).is_dead


def test_a_process_on_another_machine_or_boot_is_not_called_dead() -> None:
    gone = replace(Owner.here(), pid=2**22 + 1)
    assert gone.is_dead
    assert not replace(gone, kernel="another").is_dead


def test_a_process_that_never_was_has_no_start() -> None:
    assert process_start(2**22 + 1) is None


def test_a_second_lease_in_the_same_process_is_refused(stores: tuple[Store, Store], clock: Clock) -> None:
    first, second = stores
    with first.lease("a", now=clock):
        for store in stores:
            with pytest.raises(RunLocked):
                store.lease("a", now=clock)
        second.lease("b", now=clock).release()
    second.lease("a", now=clock).release()


def test_a_renewed_lease_lasts_and_an_old_one_is_free(stores: tuple[Store, Store], clock: Clock) -> None:
    first, second = stores
    lease = first.lease("a", now=clock)
    for _ in range(3):
        clock.time += 29
        lease.renew()
    clock.time += 29
    with pytest.raises(RunLocked):
        second.lease("a", now=clock)
    clock.time += 2
    second.lease("a", now=clock).release()


def test_who_lost_the_lease_can_write_no_more(stores: tuple[Store, Store], clock: Clock) -> None:
    first, second = stores
    late = first.lease("a", now=clock)
    first.append("a", STEP, at=clock())
    clock.time += 31
    with second.lease("a", now=clock):
        with pytest.raises(LeaseLost, match=rf"process {os.getpid()} on .* took the run over"):
            first.append("a", STEP, at=clock())
        with pytest.raises(LeaseLost):
            late.renew()
        second.append("a", STEP, at=clock())
        late.release()
        with pytest.raises(RunLocked):
            first.append("a", STEP, at=clock())
    assert [event.seq for event in first.events("a")] == [0, 1, 2]


def test_who_lost_the_lease_is_told_even_when_the_taker_has_ended(
    stores: tuple[Store, Store], clock: Clock
) -> None:
    first, second = stores
    late = first.lease("a", now=clock)
    clock.time += 31
    with second.lease("a", now=clock):
        second.append("a", STEP, at=clock())
    with pytest.raises(LeaseLost, match="another process wrote the run since"):
        first.append("a", STEP, at=clock())
    late.release()
    assert first.append("a", STEP, at=clock())[0].seq == 2


def test_a_clock_put_back_does_not_lock_a_run_for_long(stores: tuple[Store, Store], clock: Clock) -> None:
    first, second = stores
    first.lease("a", now=clock)
    clock.time -= 3600
    second.lease("a", now=clock).release()


def test_a_lease_ends_with_its_block_whatever_happens_in_it(
    stores: tuple[Store, Store], clock: Clock
) -> None:
    first, second = stores
    with pytest.raises(KeyError), first.lease("a", now=clock) as lease:
        raise KeyError("search failed")
    with pytest.raises(ValueError, match="it was released"):
        lease.renew()
    second.append("a", STEP, at=clock())
    first.append("a", STEP, at=clock())


def test_a_lease_that_cannot_be_released_hides_no_other_failure(
    stores: tuple[Store, Store], clock: Clock, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def search() -> None:
        with stores[0].lease("a", now=clock):
            path.rename(path.with_name("elsewhere.db"))
            raise KeyError("search failed")

    with pytest.raises(KeyError):
        search()
    assert "a lease was not released" in caplog.text
