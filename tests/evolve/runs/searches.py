"""Real searches of the toy problem for the tests of runs: real sandbox, real workers, real log."""

import asyncio
import hashlib
import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from evaluators.job import Job, Measured
from evaluators.pool import Pool
from evolve.models.language_model import Completion
from evolve.runs.asking import Asking
from evolve.runs.engine import Engine
from evolve.runs.events import Draft, Event
from evolve.runs.header import Header
from evolve.runs.history import rebuild
from evolve.runs.proposing import Proposing
from evolve.runs.session import Ending, Session
from evolve.runs.setting import Setting
from evolve.runs.spec import RunSpec
from evolve.runs.state import State
from evolve.runs.step import Ask, Measurer, Stepper
from evolve.runs.store import Store
from evolve.runs.trial import Trial
from evolve.search.candidate import Candidate
from evolve.search.offline import portfolio
from evolve.search.operators import Context, ModelFailure, Operator, Plan, Proposal
from problems.base import Split
from problems.registry import get
from sandbox import Mode

Line = tuple[str, int | None, Any]
"""An event: kind, step, and body without timings."""
UNTIMED = {"usage", "machine", "cpu_scale", "workers"}
"""Fields of event bodies that may differ between two runs of one specification."""


class Quiet:
    """A watcher that only counts."""

    def __init__(self) -> None:
        self.commits = 0

    def began(self, run: str, spec: RunSpec, state: State, /) -> None: ...

    def committed(self, state: State, /) -> None:
        self.commits = state.commits

    def comparing(self, split: Split, /) -> None: ...


class Fickle:
    """The offline operators behind a model that fails now and then, or runs into the deadline."""

    name = "offline"

    def __init__(self) -> None:
        self._inner = portfolio()

    def plan(self, context: Context, rng: np.random.Generator, /) -> Plan:
        fate, inner = rng.random(), self._inner.plan(context, rng)

        def propose(completion: Completion | None) -> Proposal:
            if fate < 0.06:
                return ModelFailure("unreachable", self.name)
            if fate < 0.12:
                raise TimeoutError  # what a deadline looks like from inside, without waiting for it
            return inner.propose(completion)

        return replace(inner, propose=propose)

    def tell(self, proposal: Proposal, score: float | None, accepted: bool, /) -> None: ...


class Delayed:
    """Real workers whose answers are held back for a seeded time, so that steps end out of order."""

    def __init__(self, inner: Measurer, seed: int) -> None:
        self._inner = inner
        self._seed = seed

    async def measure(self, job: Job, /) -> Measured:
        measured = await self._inner.measure(job)
        text = f"{self._seed} {job.split} {hashlib.sha256(job.source.encode()).hexdigest()}"
        await asyncio.sleep(random.Random(text).random() ** 4 * 0.12)
        return measured


@dataclass
class Observed:
    """What a run left: its log without timings, its digest, and the order in which its steps ended."""

    events: list[Line]
    digest: str
    ended: list[int] = field(default_factory=list)

    @property
    def outcomes(self) -> set[str]:
        return {body["outcome"] for kind, _, body in self.events if kind == "committed"}

    @property
    def out_of_order(self) -> float:
        """Share of steps that ended before some earlier step."""
        late = sum(any(b < a for b in self.ended[i:]) for i, a in enumerate(self.ended))
        return late / len(self.ended)


class Watched(Stepper):
    """A stepper that notes the order in which steps end."""

    ended: list[int]

    async def take(self, ask: Ask) -> Trial:
        trial = await super().take(ask)
        self.ended.append(ask.step)
        return trial


def spec(**changes: object) -> RunSpec:
    fields: dict[str, object] = {
        "problem": "toy-order",
        "max_evals": 40,
        "sandbox": Mode.AUTO,
        "seeds": ("idle", "shortest", "weighted"),
    }
    return RunSpec(**{**fields, **changes})  # type: ignore[arg-type]


def untimed(event: Event) -> Line:
    return event.kind, event.step, _strip(event.body)


def _strip(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _strip(v) for k, v in value.items() if k not in UNTIMED}
    return [_strip(v) for v in value] if isinstance(value, list) else value


def read(path: Path, run: str = "run") -> Observed:
    """Reads back what a run left."""
    with Store.open(path, create=False) as store:
        events = [untimed(event) for event in store.events(run)]
        header = Header.read(store, run)
        state = rebuild(store, run, header, get(header.spec.problem).axes)
        return Observed(events, state.archive.digest())


async def delayed_search(
    path: Path, wanted: RunSpec, *, delays: int, engine: Callable[..., Engine] = Engine
) -> Observed:
    """Runs a search of Fickle proposals under injected delays."""
    setting, operator, ended = Setting.load(wanted.problem, "generated"), Fickle(), list[int]()
    with Store.open(path) as store:
        store.create("run", [], at=0.0)

        def append(drafts: Sequence[Draft], texts: Sequence[str], settled: Sequence[int]) -> None:
            store.append("run", drafts, at=time.time(), texts=texts, settled=settled)

        async with pool(wanted) as workers:
            stepper = Watched(wanted, Delayed(workers, delays), groups=setting.groups())
            stepper.ended = ended
            seeds = [Candidate(setting.problem.baseline(name).source) for name in wanted.seeds]
            searching = engine(Asking(setting.problem, wanted, seeds, operator), stepper, append=append)
            await searching.run()
        events = [untimed(event) for event in store.events("run")]
    return Observed(events, searching.state.archive.digest(), ended)


def pool(wanted: RunSpec) -> AbstractAsyncContextManager[Pool]:
    return Pool.started(wanted.problem, workers=wanted.workers, mode=wanted.sandbox, cpu_scale=2.0)


async def start(path: Path, wanted: RunSpec, operator: Operator | None = None) -> Ending:
    with Store.open(path) as store:
        proposing = Proposing(operator=operator)
        session = Session(store, Quiet(), clock=time.time, interrupted=asyncio.Event(), proposing=proposing)
        return await session.start("run", wanted, sources={})


async def resume(path: Path, *, fork: str | None = None, **budgets: object) -> Ending:
    with Store.open(path, create=False) as store:
        session = Session(store, Quiet(), clock=time.time, interrupted=asyncio.Event())
        return await session.resume("run", budgets=budgets, fork=fork)
