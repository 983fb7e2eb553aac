"""`adrs run` and `adrs resume`: a search, watched, and its champion beside every baseline."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from evolve.cli.display import display
from evolve.cli.ending import print_ending
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.interrupts import interruptible
from evolve.cli.names import cores, mode_named, read_policy
from evolve.cli.run_names import dated, fresh_name, run_named
from evolve.cli.terminal import harmless
from evolve.runs.errors import RunExists
from evolve.runs.header import Header
from evolve.runs.session import Ending, Session
from evolve.runs.spec import WINDOW, RunSpec
from evolve.runs.store import Store
from problems.base import Problem
from problems.registry import get
from sandbox import Mode
from sandbox.faults import Fault


@dataclass(frozen=True, slots=True)
class RunRequest:
    """The options of `run`, as they came."""

    problem: str
    workload: str
    max_evals: int
    max_minutes: float | None
    workers: int | None
    seed: int
    seed_policies: tuple[Path, ...]
    name: str | None
    sandbox: str
    db: Path


@dataclass(frozen=True, slots=True)
class ResumeRequest:
    """The options of `resume`, as they came."""

    run: str
    max_evals: int | None
    max_minutes: float | None
    workers: int | None
    fork: bool
    name: str | None
    sandbox: str | None
    db: Path


class SeedRefused(Exception):  # noqa: N818 - reads as what happened
    """A seed policy's bytes cannot be a policy's source."""


def start(request: RunRequest) -> Exit:
    """Starts a run and stays with it to its end."""
    problem, mode = get(request.problem), mode_named(request.sandbox)
    try:
        sources = _seed_sources(request.seed_policies)
    except SeedRefused as refused:
        say(str(refused))
        return Exit.POLICY
    spec = _spec(request, problem, tuple(sources), mode)
    with Store.open(request.db) as store:
        while True:
            run = _name(request, store)
            try:
                return _conduct(store, problem, run, partial(_begin, run=run, spec=spec, sources=sources))
            except RunExists:
                if request.name is not None:
                    raise  # else another run took the name of this second: take the next one


async def _begin(session: Session, *, run: str, spec: RunSpec, sources: Mapping[str, str]) -> Ending:
    return await session.start(run, spec, sources=sources)


def resume(request: ResumeRequest) -> Exit:
    """Goes on with a run, or with a fork of it, and stays with it to its end."""
    with Store.open(request.db, create=False) as store:
        spec = Header.read(store, run_named(request.run)).spec
        fork = _fork(request, store)
        budgets = _budgets(request, spec)
        return _conduct(
            store,
            get(spec.problem),
            fork or request.run,
            lambda session: session.resume(request.run, budgets=budgets, fork=fork),
        )


def _conduct(store: Store, problem: Problem, run: str, act: Callable[[Session], Awaitable[Ending]]) -> Exit:
    async def conducted() -> tuple[Ending, bool]:
        with interruptible(run) as interrupted, display(problem) as watcher:
            session = Session(store, watcher, clock=time.time, interrupted=interrupted)
            return await act(session), interrupted.is_set()

    ending, interrupted = asyncio.run(conducted())
    print_ending(ending, problem, run, interrupted=interrupted)
    return _exit(ending, interrupted=interrupted)


def _exit(ending: Ending, *, interrupted: bool) -> Exit:
    if interrupted:
        return Exit.INTERRUPTED
    if ending.state.quarantined:
        return Exit.REFUSED
    return Exit.POLICY if ending.state.champion is None else Exit.DONE


def _spec(request: RunRequest, problem: Problem, first: tuple[str, ...], mode: Mode) -> RunSpec:
    try:
        return RunSpec(
            problem=problem.name,
            workload=request.workload,
            seed=request.seed,
            max_evals=request.max_evals,
            max_minutes=request.max_minutes,
            workers=request.workers or min(cores(), WINDOW),
            sandbox=mode,
            seeds=(*first, *problem.seeds),
        )
    except ValueError as error:
        raise Misuse(str(error)) from error


def _seed_sources(paths: tuple[Path, ...]) -> dict[str, str]:
    """Reads seed policies; their names cannot be those of baselines.

    Raises:
        SeedRefused: One is refused by a rule of admission.
        Misuse: One cannot be read, or two have one name.
    """
    sources: dict[str, str] = {}
    for path in paths:
        source, name = read_policy(path), f"file:{harmless(path.name)}"
        if isinstance(source, Fault):
            raise SeedRefused(f"{path} is refused ({source.rule}): {source.message}")
        if name in sources:
            raise Misuse(
                f"expected seed policies of different names, but got two called {path.name}; rename one"
            )
        sources[name] = source
    return sources


def _name(request: RunRequest, store: Store) -> str:
    if request.name is None:
        return fresh_name(dated(request.problem, time.time()), store)
    name = run_named(request.name)
    if name in {row.name for row in store.runs()}:  # said now, not after the workers were started
        raise RunExists(name, request.db)
    return name


def _fork(request: ResumeRequest, store: Store) -> str | None:
    """Names the new run of a fork."""
    if not request.fork:
        if request.name is not None:
            raise Misuse("expected --name only with --fork, since a run keeps its name; add --fork")
        return None
    return run_named(request.name) if request.name else fresh_name(f"{request.run}-fork", store)


def _budgets(request: ResumeRequest, spec: RunSpec) -> dict[str, Any]:
    """Collects what changes.

    Raises:
        Misuse: The sandbox mode changes without a fork, or a budget is out of range.
    """
    given = {"max_evals": request.max_evals, "max_minutes": request.max_minutes, "workers": request.workers}
    budgets: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    mode = None if request.sandbox is None else mode_named(request.sandbox)
    if mode not in {None, Mode.AUTO, spec.sandbox}:
        if not request.fork:
            raise Misuse(
                f"run {request.run!r} measures in sandbox mode {spec.sandbox}, and scores of another mode "
                f"could not be compared with them; go on as a new run with: adrs resume {request.run} --fork"
            )
        budgets["sandbox"] = mode
    if request.max_evals is not None and request.max_evals < spec.max_evals and not request.fork:
        raise Misuse(
            f"run {request.run!r} has a budget of {spec.max_evals} evaluations, which can only grow, but got "
            f"--max-evals {request.max_evals}"
        )
    try:
        replace(spec, **budgets)
    except ValueError as error:
        raise Misuse(str(error)) from error
    return budgets
