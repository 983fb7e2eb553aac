"""Starts, resumes and forks runs: opens everything an engine needs, and closes it whatever happens."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import msgspec

from evaluators.calibration import cpu_scale
from evaluators.machine import machine
from evaluators.pool import Pool
from evolve.runs.comparison import Comparison, Standing
from evolve.runs.digests import changed, digests
from evolve.runs.engine import EndReason, Engine
from evolve.runs.errors import StoreBusy
from evolve.runs.events import COMPARED, RESUMED, Draft
from evolve.runs.header import Header
from evolve.runs.history import rebuild
from evolve.runs.lease import Lease
from evolve.runs.packing import Layout
from evolve.runs.records import Reader
from evolve.runs.setting import Setting
from evolve.runs.spec import RunSpec
from evolve.runs.state import Champion, State
from evolve.runs.step import Stepper
from evolve.runs.store import Store
from evolve.search.offline import portfolio
from evolve.search.operators import Operator
from problems.base import Split
from problems.registry import get

_RENEW_S = 5.0


FORKED_ELITES = 5
"""So many elites of an old run, besides its champion, start a fork that must measure everything anew."""


def remeasures(differing: Sequence[str]) -> bool:
    """Whether old scores mean nothing any more, since the problem or its instances changed."""
    return any("problem" in name or name.endswith("instances") for name in differing)


class RunChanged(Exception):  # noqa: N818 - reads as what happened
    """What a run's scores depend on is no longer what it was when the run was started."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run stopped.

    Attributes:
        standings: The champion beside every baseline, by split; empty if interrupted or without champion.
    """

    reason: EndReason
    state: State
    standings: Sequence[Standing]


class Watcher(Protocol):
    """Sees a run go on: a display, or nobody."""

    def began(self, run: str, spec: RunSpec, state: State, /) -> None:
        """The run is about to go on from this state."""

    def committed(self, state: State, /) -> None:
        """A step was committed."""

    def comparing(self, split: Split, /) -> None:
        """The search is over; champion and baselines are being measured."""


class Session:
    """One run, from opening to ending, in one process.

    Args:
        clock: Seconds since the epoch; stamps events and leases, decides nothing.
        interrupted: Set to stop the run at the next commit.
        operator: Makes every proposal; by default the operators that need no model.
    """

    def __init__(
        self,
        store: Store,
        watcher: Watcher,
        *,
        clock: Callable[[], float],
        interrupted: asyncio.Event,
        operator: Operator | None = None,
    ) -> None:
        self._store = store
        self._watcher = watcher
        self._clock = clock
        self._interrupted = interrupted
        self._operator = operator or portfolio()

    async def start(self, run: str, spec: RunSpec, *, sources: Mapping[str, str]) -> Ending:
        """Starts a new run; `sources` are those of its seeds that are no baselines.

        Raises:
            RunExists: The name is taken.
            UnknownProblem, BrokenProblem, NotInWorkload, DataMissing: The problem cannot be searched.
            SandboxUnavailable: The machine lacks a layer that the mode requires.
        """
        setting, scale = Setting.load(spec.problem, spec.workload), cpu_scale()
        async with Pool.started(
            spec.problem, workers=spec.workers, mode=spec.sandbox, cpu_scale=scale
        ) as pool:
            header = _header(setting, replace(spec, sandbox=pool.mode), sources, scale)
            self._store.create(run, [header.draft()], at=self._clock())
            return await self._carry_on(_Opened(run, header, setting, pool))

    async def resume(self, run: str, *, budgets: Mapping[str, Any], fork: str | None = None) -> Ending:
        """Goes on with a run, or with a copy of it under a new name.

        Where the problem or its instances changed, a fork copies nothing: it starts from the old run's best
        and measures them anew.

        Args:
            budgets: Fields of the specification that change: `max_evals`, `max_minutes`, `workers`.

        Raises:
            RunChanged: Its scores would not be comparable with those to come; a fork accepts that.
            RunLocked: Another process goes on with it.
        """
        old = Header.read(self._store, run)
        spec, scale = replace(old.spec, **budgets), cpu_scale()
        setting = Setting.load(spec.problem, spec.workload)
        new = _header(setting, spec, old.sources, scale)
        differing = changed(old.digests, new.digests)
        if differing and fork is None:
            raise RunChanged(
                f"since run {run!r} was started, this has changed: {', '.join(differing)}. New scores could "
                "not be compared with its old ones; restore it, or go on as a new run with: "
                f"adrs resume {run} --fork"
            )
        if fork is not None and remeasures(differing):
            return await self._start_from(run, old, fork, spec)
        async with Pool.started(
            spec.problem, workers=spec.workers, mode=spec.sandbox, cpu_scale=scale
        ) as pool:
            if fork is not None:
                self._store.copy(run, fork, [new.draft()], at=self._clock())
            return await self._carry_on(_Opened(fork or run, new, setting, pool), resumed=budgets)

    async def _start_from(self, run: str, old: Header, fork: str, spec: RunSpec) -> Ending:
        """Starts a new run from the best of an old one, whose scores mean nothing any more."""
        state = rebuild(self._store, run, old, get(spec.problem).axes)
        elites = [e.candidate for e in sorted(state.archive, key=lambda e: -e.score)[:FORKED_ELITES]]
        best = [state.champion.candidate, *elites] if state.champion is not None else elites
        sources = {f"step {state.steps[c.id]} of {run}": c.source for c in best}
        seeds = tuple(dict.fromkeys((*sources, *old.spec.seeds)))
        return await self.start(fork, replace(spec, seeds=seeds), sources={**old.sources, **sources})

    async def _carry_on(self, opened: "_Opened", resumed: Mapping[str, Any] | None = None) -> Ending:
        run, header = opened.run, opened.header
        with self._store.lease(run, now=self._clock) as lease:
            engine = self._rebuilt(opened)
            if resumed is not None:
                body = {"budgets": dict(resumed), "machine": dict(header.machine)}
                self._store.append(run, [Draft(RESUMED, None, body)], at=self._clock())
            self._watcher.began(run, header.spec, engine.state)
            async with _renewed(lease), self._stopping(engine, header.spec):
                reason = await engine.run()
                standings: Sequence[Standing] = ()
                if reason is not EndReason.INTERRUPTED and engine.state.champion is not None:
                    standings = await self._standings(opened, engine.state.champion)
        return Ending(reason, engine.state, standings)

    def _rebuilt(self, opened: "_Opened") -> Engine:
        """Makes an engine in the state that the log tells."""
        store, run, header, problem = self._store, opened.run, opened.header, opened.setting.problem

        def append(drafts: Sequence[Draft], texts: Sequence[str]) -> None:
            store.append(run, drafts, at=self._clock(), texts=texts)
            self._watcher.committed(engine.state)

        stepper = Stepper(header.spec, self._operator, opened.pool, groups=opened.setting.groups())
        engine = Engine(problem, stepper, seeds=header.seeds(problem), append=append)
        reader = Reader(store, header.layouts)
        for event in store.events(run):
            engine.replay(reader, event)
        return engine

    @contextlib.asynccontextmanager
    async def _stopping(self, engine: Engine, spec: RunSpec) -> AsyncIterator[None]:
        async def interrupt() -> None:
            await self._interrupted.wait()
            engine.stop(EndReason.INTERRUPTED)

        loop, task = asyncio.get_running_loop(), asyncio.create_task(interrupt())
        minutes = spec.max_minutes
        timer = loop.call_later(minutes * 60, engine.stop, EndReason.MAX_MINUTES) if minutes else None
        try:
            yield
        finally:
            task.cancel()
            if timer is not None:
                timer.cancel()

    async def _standings(self, opened: "_Opened", champion: Champion) -> Sequence[Standing]:
        """Compares champion and baselines unless interrupted; a comparison not finished is no loss."""
        comparing = asyncio.create_task(self._compare(opened, champion))
        interrupted = asyncio.create_task(self._interrupted.wait())
        await asyncio.wait({comparing, interrupted}, return_when=asyncio.FIRST_COMPLETED)
        interrupted.cancel()
        if not comparing.done():
            comparing.cancel()
            return ()
        return comparing.result()

    async def _compare(self, opened: "_Opened", champion: Champion) -> Sequence[Standing]:
        spec, found = opened.header.spec, list[Standing]()
        for split in (Split.VALIDATION, *([Split.PUBLISHED] if spec.workload != "generated" else [])):
            self._watcher.comparing(split)
            setting = Setting.load(spec.problem, spec.workload, [split])
            comparison = Comparison(setting, opened.pool, seed=spec.seed)
            found += await comparison.standings("champion", champion.candidate.source)
        body = {"step": champion.step, "standings": msgspec.to_builtins([asdict(row) for row in found])}
        self._store.append(opened.run, [Draft(COMPARED, champion.step, body)], at=self._clock())
        return found


@dataclass(frozen=True, slots=True)
class _Opened:
    """A run with all that going on needs."""

    run: str
    header: Header
    setting: Setting
    pool: Pool


def _header(setting: Setting, spec: RunSpec, sources: Mapping[str, str], scale: float) -> Header:
    layouts = {split: Layout.of(instances) for split, instances in setting.stages.items()}
    found = digests(setting.problem, setting.stages)
    return Header(spec, found, layouts, sources, {**machine(), "cpu_scale": scale})


@contextlib.asynccontextmanager
async def _renewed(lease: Lease) -> AsyncIterator[None]:
    """Keeps a lease while the body runs; if it is lost, the next append says so."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(_RENEW_S)
            with contextlib.suppress(StoreBusy):  # the next renewal comes long before the lease ends
                lease.renew()

    task = asyncio.create_task(renew())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
