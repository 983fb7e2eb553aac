"""Runs end for a stated reason, go on where they stopped, and refuse to mix what cannot be compared."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from evaluators.job import Job, Measured
from evaluators.values import Measurement, Usage
from evolve.runs.asking import Asking
from evolve.runs.engine import EndReason, Engine
from evolve.runs.errors import RunExists, RunLocked
from evolve.runs.events import Draft
from evolve.runs.header import Header
from evolve.runs.session import Ending, RunChanged, Session
from evolve.runs.state import FRUITLESS, QUARANTINES, State
from evolve.runs.step import Stepper
from evolve.runs.store import Store
from evolve.search.candidate import Candidate
from evolve.search.offline import portfolio
from evolve.search.operators import Context, Operator, Plan, Proposal, Rejection
from problems.base import Split
from problems.registry import get
from tests.evolve.runs.searches import Quiet, read, resume, spec, start

pytestmark = pytest.mark.usefixtures("toy")

EVALS = 14


@pytest.fixture(scope="module")
def whole(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "runs.db"
    asyncio.run(start(path, spec(max_evals=EVALS)))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


class Interrupting(Quiet):
    """Interrupts its run after some commits."""

    def __init__(self, interrupted: asyncio.Event, after: int) -> None:
        super().__init__()
        self._interrupted = interrupted
        self._after = after

    def committed(self, state: State, /) -> None:
        super().committed(state)
        if state.commits >= self._after:
            self._interrupted.set()


async def interrupted_start(path: Path, after: int) -> Ending:
    with Store.open(path) as store:
        interrupted = asyncio.Event()
        session = Session(store, Interrupting(interrupted, after), clock=time.time, interrupted=interrupted)
        return await session.start("run", spec(max_evals=EVALS), sources={})


def test_an_interrupted_run_says_so_and_resumes_to_the_same_end(whole: Path, path: Path) -> None:
    ending = asyncio.run(interrupted_start(path, after=6))
    assert ending.reason is EndReason.INTERRUPTED
    assert ending.standings == ()
    assert read(path).events[-1][2] == {"reason": "interrupted"}
    assert asyncio.run(resume(path)).reason is EndReason.MAX_EVALS
    assert read(path).digest == read(whole).digest


def test_a_finished_run_goes_on_with_a_larger_budget(whole: Path, path: Path) -> None:
    asyncio.run(start(path, spec(max_evals=6)))
    assert asyncio.run(resume(path, max_evals=EVALS)).state.evaluated == EVALS


def test_a_finished_run_resumed_as_it_is_measures_nothing_new(path: Path) -> None:
    asyncio.run(start(path, spec(max_evals=6)))
    before = [e for e in read(path).events if e[0] == "committed"]
    asyncio.run(resume(path))
    assert [e for e in read(path).events if e[0] == "committed"] == before


def test_the_champion_is_compared_with_every_baseline(path: Path) -> None:
    ending = asyncio.run(start(path, spec(max_evals=6)))
    assert {row.name for row in ending.standings} == {"champion", "idle", "shortest", "weighted"}
    assert all(row.lead is None or row.lead.low is not None for row in ending.standings)


def test_the_name_of_a_run_is_taken_once(whole: Path) -> None:
    with pytest.raises(RunExists, match="resume run"):
        asyncio.run(start(whole, spec(max_evals=6)))


def test_two_processes_cannot_write_one_run(whole: Path) -> None:
    with Store.open(whole) as other, other.lease("run", now=time.time):  # noqa: SIM117
        with pytest.raises(RunLocked, match="one writer"):
            asyncio.run(resume(whole, max_evals=40))


@pytest.fixture
def changed_problem(toy: Path) -> Iterator[None]:
    """The installed problem gets another text, as after an upgrade."""
    module = toy / "adrs_toy" / "order" / "instances.py"
    text = module.read_text()
    module.write_text(text + "\n# changed\n")
    yield
    module.write_text(text)


@pytest.mark.usefixtures("changed_problem")
def test_a_run_whose_problem_changed_is_refused_by_name_and_untouched(whole: Path) -> None:
    before = read(whole).events
    with pytest.raises(RunChanged, match=r"code of problem toy-order.*--fork"):
        asyncio.run(resume(whole, max_evals=40))
    assert read(whole).events == before


@pytest.mark.usefixtures("changed_problem")
def test_a_fork_of_a_run_whose_problem_changed_measures_its_best_anew(whole: Path) -> None:
    before = read(whole).events
    ending = asyncio.run(resume(whole, fork="anew", max_evals=12))
    assert ending.state.evaluated == 12
    assert read(whole).events == before
    with Store.open(whole, create=False) as store:
        header = Header.read(store, "anew")
    assert header.spec.seeds[0].endswith(" of run")
    assert header.spec.seeds[-3:] == ("idle", "shortest", "weighted")


def test_a_fork_goes_on_as_a_new_run(whole: Path) -> None:
    before = read(whole).events
    ending = asyncio.run(resume(whole, fork="second", max_evals=EVALS + 4))
    assert ending.state.evaluated == EVALS + 4
    assert read(whole).events == before
    forked = read(whole, "second").events
    commits = [e for e in before if e[0] == "committed"]
    assert [e for e in forked if e[0] == "committed"][: len(commits)] == commits


def test_a_larger_budget_is_kept_by_later_resumptions(path: Path) -> None:
    asyncio.run(start(path, spec(max_evals=6)))
    asyncio.run(resume(path, max_evals=8))
    asyncio.run(resume(path, workers=1))
    with Store.open(path, create=False) as store:
        found = Header.read(store, "run").spec
    assert (found.max_evals, found.workers) == (8, 1)


class Stubborn:
    """An operator without an idea."""

    name = "stubborn"

    def plan(self, context: Context, rng: np.random.Generator, /) -> Plan:
        return Plan(self.name, (), lambda _: Rejection("no_edit", self.name))

    def tell(self, proposal: Proposal, score: float | None, accepted: bool, /) -> None: ...


def test_rejections_in_a_row_end_the_run(path: Path) -> None:
    ending = asyncio.run(start(path, spec(max_evals=EVALS), operator=Stubborn()))
    assert ending.reason is EndReason.FRUITLESS
    assert (ending.state.evaluated, ending.state.fruitless) == (3, FRUITLESS)


def test_minutes_end_the_run(path: Path) -> None:
    ending = asyncio.run(start(path, spec(max_evals=100_000, max_minutes=0.03)))
    assert ending.reason is EndReason.MAX_MINUTES
    assert 0 < ending.state.evaluated < 100_000


class Scored:
    """A measurer whose trusted side gives every instance of SEARCH the same score."""

    def __init__(self, score: float) -> None:
        self._score = score

    async def measure(self, job: Job, /) -> Measured:
        rows = [
            (Measurement(f"i{g}", f"g{g}", f"b{g}", self._score, {"late": 1.0, "first_s": 1.0}),)
            for g in job.groups
        ]
        return Measured(tuple(rows), Usage())


def engine(measurer: Scored, written: list[Draft], seeds: Sequence[str], operator: Operator) -> Engine:
    def append(drafts: Sequence[Draft], texts: Sequence[str], settled: Sequence[int]) -> None:
        written.extend(drafts)

    groups: Mapping[Split, int] = dict.fromkeys((Split.SMOKE, Split.SEARCH, Split.VALIDATION), 8)
    wanted, candidates = spec(max_evals=EVALS), [Candidate(source) for source in seeds]
    asking = Asking(get("toy-order"), wanted, candidates, operator)
    return Engine(asking, Stepper(wanted, measurer, groups=groups), append=append)


async def test_a_score_beyond_the_bound_is_quarantined_and_three_stop_the_run() -> None:
    written: list[Draft] = []
    seeds = [f"def solve(task): return {i}" for i in range(6)]
    searching = engine(Scored(1.01), written, seeds, portfolio())
    assert await searching.run() is EndReason.QUARANTINED
    assert searching.state.quarantined == list(range(QUARANTINES))
    assert len(searching.state.archive) == 0
    assert searching.state.champion is None
    assert [d.body["quarantined"] for d in written if d.kind == "committed"] == [True] * QUARANTINES


async def test_a_score_at_the_bound_is_welcome() -> None:
    searching = engine(Scored(1.0 + 1e-12), [], ["def solve(task): return 0"], Stubborn())
    await searching.run()
    assert not searching.state.quarantined
    assert len(searching.state.archive) == 1


def test_a_run_without_a_valid_seed_ends_with_that_reason(path: Path) -> None:
    async def hopeless() -> Ending:
        with Store.open(path) as store:
            session = Session(store, Quiet(), clock=time.time, interrupted=asyncio.Event())
            wanted = spec(seeds=("broken.py",))
            return await session.start("run", wanted, sources={"broken.py": "def solve(task): return 1 / 0"})

    ending = asyncio.run(hopeless())
    assert ending.reason is EndReason.NO_VALID_SEED
    assert ending.state.champion is None
