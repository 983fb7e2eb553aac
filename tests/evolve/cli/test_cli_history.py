import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evolve.runs.events import MEASURED, PROMOTED, RESUMED, STOPPED, Draft
from evolve.runs.header import Header
from evolve.runs.history import Phase, champion_source, outline, rebuild, trials
from evolve.runs.store import Store
from problems.registry import get
from tests.evolve.cli.conftest import COMMAND


@pytest.fixture
def store(finished: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of the finished run's store, to be written."""
    copy = tmp_path / "adrs.db"
    copy.write_bytes(finished.read_bytes())
    with Store.open(copy) as opened:
        yield opened


def test_the_state_is_rebuilt_from_the_log(store: Store) -> None:
    header = Header.read(store, "done")
    state = rebuild(store, "done", header, get("toy-order").axes)
    found = list(trials(store, "done", header))
    promoted = [event.step for event in store.events("done", kinds=(PROMOTED,))]
    assert state.commits == len(found)
    assert state.evaluated == 30
    assert state.champion is not None
    assert state.champion.step == promoted[-1]
    assert len(state.archive) > 0


def test_the_outline_agrees_with_the_rebuilt_state(store: Store) -> None:
    told = outline(store, "done", now=time.time())
    state = rebuild(store, "done", told.header, get("toy-order").axes)
    assert state.champion is not None
    assert (told.evaluated, told.champion) == (state.evaluated, state.champion.step)
    assert champion_source(store, "done") == (state.champion.step, state.champion.candidate.source)
    own = next(s for s in told.standings if s.lead is None)
    assert own.score == state.champion.validation.score


def test_a_run_that_nobody_writes_and_that_never_stopped_was_killed(store: Store) -> None:
    now = time.time()
    assert outline(store, "done", now=now).status.phase is Phase.STOPPED
    store.append("done", [Draft(RESUMED, None, {"budgets": {}, "machine": {}})], at=now)
    assert outline(store, "done", now=now).status.phase is Phase.KILLED
    store.append("done", [Draft(STOPPED, None, {"reason": "interrupted"})], at=now)
    status = outline(store, "done", now=now).status
    assert (status.phase, status.reason) == (Phase.STOPPED, "interrupted")


def test_a_run_that_somebody_writes_is_running(store: Store) -> None:
    with store.lease("done", now=time.time):
        ended = subprocess.run(
            [*COMMAND, "runs", "--db", str(store._database.path)], capture_output=True, text=True, check=True
        )
    assert "running" in ended.stdout


def test_looking_writes_nothing(store: Store) -> None:
    before = list(store.events("done"))
    outline(store, "done", now=time.time())
    assert list(store.events("done")) == before
    assert any(event.kind == MEASURED for event in before)
