"""`adrs resume`: goes on with a run that was stopped or killed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from evolve.cli.asked_models import at_address
from evolve.cli.conducting import conduct
from evolve.cli.exits import Exit, Misuse
from evolve.cli.names import mode_named
from evolve.cli.run_names import fresh_name, run_named
from evolve.runs.header import Header
from evolve.runs.spec import RunSpec
from evolve.runs.store import Store
from problems.registry import get
from sandbox import Mode

_CHANGEABLE = ("max_evals", "max_minutes", "max_usd", "max_tokens", "workers", "calls")
"""Fields of a specification that may change from one resumption to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequest:
    """The options of `resume`, as they came; None leaves things as they were."""

    run: str
    db: Path
    max_evals: int | None = None
    max_minutes: float | None = None
    max_usd: float | None = None
    max_tokens: int | None = None
    workers: int | None = None
    calls: int | None = None
    call_deadline: float | None = None
    api_base: str | None = None
    fork: bool = False
    name: str | None = None
    sandbox: str | None = None

    @staticmethod
    def of(params: Mapping[str, Any]) -> "ResumeRequest":
        """Takes the options by their names."""
        return ResumeRequest(**{f.name: params[f.name] for f in fields(ResumeRequest)})


def resume(request: ResumeRequest) -> Exit:
    """Goes on with a run, or with a fork of it, and stays with it to its end."""
    with Store.open(request.db, create=False) as store:
        spec = Header.read(store, run_named(request.run)).spec
        fork = _fork(request, store)
        budgets = _budgets(request, spec)
        return conduct(
            store,
            get(spec.problem),
            fork or request.run,
            replace(spec, **budgets),
            lambda session: session.resume(request.run, budgets=budgets, fork=fork),
        )


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
    given = {name: getattr(request, name) for name in _CHANGEABLE}
    given |= {"call_deadline_s": request.call_deadline}
    budgets: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if request.api_base is not None:
        budgets["models"] = tuple(at_address(model, request.api_base) for model in spec.models)
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
