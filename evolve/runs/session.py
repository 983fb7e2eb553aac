"""Starts, resumes and forks runs: opens everything an engine needs, and closes it whatever happens."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from evaluators.calibration import cpu_scale
from evaluators.pool import Pool
from evaluators.values import Usage
from evolve.runs.comparison import Comparison, Standing
from evolve.runs.digests import changed
from evolve.runs.engine import EndReason, Engine
from evolve.runs.errors import StoreBusy
from evolve.runs.header import Header
from evolve.runs.history import best_of
from evolve.runs.lease import Lease
from evolve.runs.opened import Open
from evolve.runs.packing import pack
from evolve.runs.proposing import Proposing
from evolve.runs.recording import Recording
from evolve.runs.setting import Setting
from evolve.runs.spec import Proposer, RunSpec
from evolve.runs.state import Champion, State
from evolve.runs.store import Store
from problems.base import Split

_RENEW_S = 5.0
FORKED = 6
"""So many of the best of an old run start a fork that must measure everything anew."""


def remeasures(differing: Sequence[str]) -> bool:
    """Whether old scores mean nothing any more, since the problem or its instances changed."""
    return any("problem" in name or name.endswith("instances") for name in differing)


class RunChanged(Exception):  # noqa: N818 - reads as what happened
    """What a run's scores depend on is no longer what it was when the run was started."""


_UNFINISHED = frozenset({EndReason.INTERRUPTED, EndReason.REPEATED})
"""Ends after which champion and baselines are not compared: the run may go on, or did so already."""


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
        proposing: With what proposals are made.
    """

    def __init__(
        self,
        store: Store,
        watcher: Watcher,
        *,
        clock: Callable[[], float],
        interrupted: asyncio.Event,
        proposing: Proposing | None = None,
    ) -> None:
        self._store = store
        self._watcher = watcher
        self._clock = clock
        self._interrupted = interrupted
        self._proposing = proposing or Proposing()

    async def start(self, run: str, spec: RunSpec, *, sources: Mapping[str, str]) -> Ending:
        """Starts a new run; `sources` are those of its seeds that are no baselines.

        Raises:
            RunExists: The name is taken.
            UnknownProblem, BrokenProblem, NotInWorkload, DataMissing: The problem cannot be searched.
            SandboxUnavailable: The machine lacks a layer that the mode requires.
            EndpointUnusable: No model can be asked before a person does something; the run can be resumed.
        """
        setting = Setting.load(spec.problem, spec.workload)
        async with self._pool(spec) as (pool, scale):
            reference = None
            if spec.proposer is not Proposer.OFFLINE:
                reference = await _reference(spec, pool)
            header = Header.new(setting, replace(spec, sandbox=pool.mode), sources, scale, reference)
            header = header.noting(pool.notes)
            self._store.create(run, [header.draft()], at=self._clock())
            return await self._carry_on(self._open(run, header, setting, pool))

    async def resume(self, run: str, *, budgets: Mapping[str, Any], fork: str | None = None) -> Ending:
        """Goes on with a run, or with a copy of it under a new name.

        Where the problem or its instances changed, a fork copies nothing: it starts from the old run's best
        and measures them anew.

        Args:
            budgets: Fields of the specification that change, such as `max_evals`, `max_usd` or `workers`.

        Raises:
            RunChanged: Its scores would not be comparable with those to come; a fork accepts that.
            RunLocked: Another process goes on with it.
            EndpointUnusable: As for `start`.
        """
        old = Header.read(self._store, run)
        spec = replace(old.spec, **budgets)
        setting = Setting.load(spec.problem, spec.workload)
        new = Header.new(setting, spec, old.sources, cpu_scale(), old.reference)
        differing = changed(old.digests, new.digests)
        if differing and fork is None:
            raise RunChanged(
                f"since run {run!r} was started, this has changed: {', '.join(differing)}. New scores could "
                "not be compared with its old ones; restore it, or go on as a new run with: "
                f"adrs resume {run} --fork"
            )
        if fork is not None and remeasures(differing):
            sources = best_of(self._store, run, at_most=FORKED)
            seeds = tuple(dict.fromkeys((*sources, *old.spec.seeds)))
            return await self.start(fork, replace(spec, seeds=seeds), sources={**old.sources, **sources})
        async with self._pool(spec) as (pool, _):
            if fork is not None:
                self._store.copy(run, fork, [new.draft()], at=self._clock())
            return await self._carry_on(self._open(fork or run, new, setting, pool), resumed=budgets)

    async def repeat(self, run: str, new: str, *, workers: int) -> Ending:
        """Runs a recorded run once more under a new name, asking no model; the log says what it replied.

        Raises:
            NotRecorded: It asks a model for a step that asked none then.
        """
        old = Header.read(self._store, run)
        spec = replace(old.spec, workers=min(workers, old.spec.window))
        setting = Setting.load(spec.problem, spec.workload)
        async with self._pool(spec) as (pool, scale):
            header = Header.new(setting, spec, old.sources, scale, old.reference)
            recording = Recording.read(self._store, run, old)
            self._store.create(new, [header.draft()], at=self._clock())
            return await self._carry_on(self._open(new, header, setting, pool), recording=recording)

    @contextlib.asynccontextmanager
    async def _pool(self, spec: RunSpec) -> AsyncIterator[tuple[Pool, float]]:
        scale = cpu_scale()
        async with Pool.started(
            spec.problem, workers=spec.workers, mode=spec.sandbox, cpu_scale=scale
        ) as pool:
            yield pool, scale

    def _open(self, run: str, header: Header, setting: Setting, pool: Pool) -> Open:
        return Open(self._store, run, header, setting, pool, self._proposing, self._clock)

    async def _carry_on(
        self,
        opened: Open,
        *,
        resumed: Mapping[str, Any] | None = None,
        recording: Recording | None = None,
    ) -> Ending:
        run, spec = opened.run, opened.header.spec
        with self._store.lease(run, now=self._clock) as lease:
            if resumed is not None:
                opened.note_resumption(resumed)
            engine = opened.engine(self._watcher.committed, recording)
            self._watcher.began(run, spec, engine.state)
            async with _renewed(lease), self._stopping(engine, spec):
                reason = await engine.run()
                standings: Sequence[Standing] = ()
                if reason not in _UNFINISHED and engine.state.champion is not None:
                    standings = await self._standings(opened, engine.state.champion)
        return Ending(reason, engine.state, standings)

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

    async def _standings(self, opened: Open, champion: Champion) -> Sequence[Standing]:
        """Compares champion and baselines unless interrupted; a comparison not finished is no loss."""
        comparing = asyncio.create_task(opened.compare(champion, self._watcher.comparing))
        interrupted = asyncio.create_task(self._interrupted.wait())
        await asyncio.wait({comparing, interrupted}, return_when=asyncio.FIRST_COMPLETED)
        interrupted.cancel()
        if not comparing.done():
            comparing.cancel()
            return ()
        return comparing.result()


async def _reference(spec: RunSpec, pool: Pool) -> tuple[str, Mapping[str, Any]]:
    """Measures the best baseline on SEARCH, for prompts to hold parents against."""
    setting = Setting.load(spec.problem, spec.workload, [Split.SEARCH])
    best = setting.problem.best_baseline
    evaluation = await Comparison(setting, pool, seed=spec.seed).evaluate(best.source)
    return best.name, pack(evaluation, Usage())


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
