"""`adrs run`: a search, watched, and its champion beside every baseline."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from evolve.cli.asked_models import asked_models, refuse_tiny_budget, refuse_unknown_price
from evolve.cli.conducting import conduct
from evolve.cli.configuration import Configuration
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.names import choose, cores, mode_named
from evolve.cli.preview import preview
from evolve.cli.replay import repeat
from evolve.cli.run_names import dated, fresh_name, run_named
from evolve.cli.seeds import SeedRefused, archive_of, sources_of
from evolve.cli.workload import introduce
from evolve.runs.errors import RunExists
from evolve.runs.proposing import proposer_of
from evolve.runs.session import Ending, Session
from evolve.runs.spec import WINDOW, Proposer, RunSpec
from evolve.runs.store import Store
from problems.base import Problem
from problems.registry import get
from problems.workload_file import named


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """The options of `run`, as they came from the command line or the configuration."""

    db: Path
    problem: str | None = None
    workload: str = "generated"
    max_evals: int = 200
    max_minutes: float | None = None
    max_usd: float | None = None
    max_tokens: int | None = None
    proposer: str = "offline"
    model: Sequence[str] = ()
    api_base: str | None = None
    calls: int | None = None
    call_deadline: float = 300.0
    most_changed_lines: int | None = None
    window: int = WINDOW
    workers: int | None = None
    seed: int = 0
    seed_policy: Sequence[Path] = ()
    from_: str | None = None
    name: str | None = None
    sandbox: str = "auto"
    preview: bool = False
    replay: str | None = None
    configuration: Configuration = field(default_factory=Configuration)

    @staticmethod
    def of(params: Mapping[str, Any], configuration: Configuration) -> "RunRequest":
        """Takes the options by their names; one that was not given leaves its default."""
        names = [f.name for f in fields(RunRequest) if params.get(f.name) is not None]
        return RunRequest(**{name: params[name] for name in names}, configuration=configuration)


def start(request: RunRequest) -> Exit:
    """Starts a run and stays with it to its end; or previews it, or repeats another."""
    if request.replay is not None:
        _refuse_others(request)
        workers = request.workers or cores()
        return repeat(request.db, request.replay, name=request.name, workers=workers)
    if request.problem is None:
        raise Misuse("expected a problem to search for; name one, as in: adrs problems")
    problem = get(request.problem)
    spec = _spec(request, problem)
    refuse_tiny_budget(spec, problem)
    introduce(problem, spec.workload)
    if request.preview:
        return preview(spec)
    try:
        sources = sources_of(request.seed_policy)
    except SeedRefused as refused:
        say(str(refused))
        return Exit.POLICY
    with Store.open(request.db) as store:
        if request.from_ is not None:
            at_most = request.max_evals // 2
            sources |= archive_of(store, request.from_, problem, at_most=at_most)
        return _started(request, store, problem, _with_seeds(spec, sources, problem), sources)


def _started(
    request: RunRequest, store: Store, problem: Problem, spec: RunSpec, sources: Mapping[str, str]
) -> Exit:
    while True:
        run = _name(request, store)
        try:
            return conduct(store, problem, run, spec, partial(_begin, run=run, spec=spec, sources=sources))
        except RunExists:
            if request.name is not None:
                raise  # else another run took the name of this second: take the next one


async def _begin(session: Session, *, run: str, spec: RunSpec, sources: Mapping[str, str]) -> Ending:
    return await session.start(run, spec, sources=sources)


def _spec(request: RunRequest, problem: Problem) -> RunSpec:
    """Makes the specification, but for seeds that are no baselines.

    Raises:
        Misuse: An option is out of its range, or does not go with another.
    """
    proposer = Proposer(choose(request.proposer, [str(p) for p in Proposer], "proposer"))
    file = request.configuration
    if request.model and proposer is not Proposer.LLM:
        raise Misuse(f"--model asks a model, but the proposer is {proposer}; add --proposer llm")
    models = asked_models(request.model, request.api_base, file) if proposer is Proposer.LLM else ()
    if request.max_usd is not None and 0 < request.max_usd < math.inf:
        refuse_unknown_price(models, file)
    try:
        spec = RunSpec(
            problem=problem.name,
            workload=named(request.workload),
            seed=request.seed,
            max_evals=request.max_evals,
            max_minutes=request.max_minutes,
            window=request.window,
            workers=request.workers or _workers(request, proposer),
            sandbox=mode_named(request.sandbox),
            seeds=problem.seeds,
            proposer=proposer,
            models=models,
            operators=file.operators,
            calls=request.calls or 0,
            max_usd=request.max_usd,
            max_tokens=request.max_tokens,
            call_deadline_s=request.call_deadline,
            sections=file.sections,
            most_changed_lines=request.most_changed_lines,
        )
        proposer_of(spec)  # which refuses operators and sections that there are not
    except ValueError as error:
        raise Misuse(str(error)) from error
    return spec


def _workers(request: RunRequest, proposer: Proposer) -> int:
    """One a core, but calls of models keep their part of the window: half of it, if nobody says how many."""
    calls = 0 if proposer is Proposer.OFFLINE else request.calls or request.window // 2
    return min(cores(), max(1, request.window - calls))


def _with_seeds(spec: RunSpec, sources: Mapping[str, str], problem: Problem) -> RunSpec:
    return replace(spec, seeds=(*sources, *problem.seeds))


def _refuse_others(request: RunRequest) -> None:
    if request.preview:
        raise Misuse("--replay asks no model, so there is nothing to preview; leave --preview away")
    if request.problem is not None:
        raise Misuse(f"--replay repeats {request.replay!r} as it was; leave the problem away")


def _name(request: RunRequest, store: Store) -> str:
    if request.name is None:
        return fresh_name(dated(str(request.problem), time.time()), store)
    name = run_named(request.name)
    if name in {row.name for row in store.runs()}:  # said now, not after the workers were started
        raise RunExists(name, request.db)
    return name
