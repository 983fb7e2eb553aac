"""`adrs tune`: the best constants for a policy's algorithm, and whether they are better at all."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluators.intervals import Interval, paired
from evaluators.values import Evaluation
from evolve.cli.bar import bar
from evolve.cli.best import write_source
from evolve.cli.exits import Exit, ExtraMissing, Misuse, say
from evolve.cli.measuring import Bench, Means, Measuring
from evolve.cli.names import baseline_named, choose, mode_named, read_policy
from evolve.cli.report import fault_table, sandbox_sentence
from evolve.cli.terminal import console, facts, number, one_line, table, write_json
from evolve.cli.workload import introduce
from evolve.runs.setting import Setting
from evolve.search.tuning import Knob, NotTunable, knobs, with_values
from problems.base import Problem, Split
from problems.workload_file import spoken
from sandbox import Mode
from sandbox.faults import Fault

if TYPE_CHECKING:
    import optuna

SAMPLERS = ("tpe", "cmaes")
FEWEST = 2
"""The policy as it is, and one other."""


@dataclass(frozen=True, slots=True)
class TuneRequest:
    """The verb's options, as they came."""

    problem: str
    policy: Path | None
    baseline: str | None
    evals: int
    sampler: str
    workload: str
    seed: int
    workers: int | None
    sandbox: str
    out: Path | None
    force: bool
    as_json: bool


@dataclass(frozen=True, slots=True)
class Tuned:
    """What was found.

    Attributes:
        values: Of the knobs, the best on SEARCH; those of the policy itself if none did better.
        search: Scores on SEARCH, before and after.
        difference: On VALIDATION, tuned minus original; None if nothing changed.
    """

    knobs: tuple[Knob, ...]
    values: tuple[float, ...]
    search: tuple[float, float]
    difference: Interval | None
    found: Measuring

    @property
    def is_changed(self) -> bool:
        """Whether other constants did better on SEARCH."""
        return self.difference is not None

    @property
    def verdict(self) -> str:
        """In words."""
        if self.difference is None:
            return "no other constants did better on search"
        if self.difference.above_zero:
            return "the tuned constants are better on validation"
        return "better on search, but validation does not show it: keep the original"


def tune(request: TuneRequest) -> Exit:
    """Tunes, compares on VALIDATION, and hands over the source if asked to."""
    mode = _checked(request)
    setting = Setting.load(request.problem, request.workload, [Split.SEARCH, Split.VALIDATION])
    request = replace(request, workload=setting.workload)
    introduce(setting.problem, setting.workload)
    name, source = _policy(request, setting.problem)
    if isinstance(source, Fault):
        console().print(fault_table([(None, source)]))
        return Exit.POLICY
    try:
        chosen = knobs(source)
    except NotTunable as error:
        raise Misuse(f"{name}: {error}") from error
    tuned = asyncio.run(_tuned(request, setting, source, chosen, Means(request.workers, mode)))
    if isinstance(tuned, Evaluation):
        console().print(fault_table(tuned.faults))
        say(f"{name} fails on search, so there is nothing to tune")
        return Exit.POLICY
    if request.as_json:
        write_json(_as_json(request, name, tuned))
    else:
        _print(request, name, tuned)
    if request.out is not None:
        write_source(request.out, with_values(source, tuned.knobs, tuned.values), force=request.force)
        say(f"wrote {name} with these constants to {request.out}")
    return Exit.DONE


def _checked(request: TuneRequest) -> Mode:
    choose(request.sampler, SAMPLERS, "sampler")
    if request.evals < FEWEST:
        raise Misuse(f"tuning needs {FEWEST} evaluations at least, but got --evals {request.evals}")
    if (request.policy is None) == (request.baseline is None):
        raise Misuse("expected one policy to tune: either a file or --baseline NAME")
    if request.out is not None and request.out.exists() and not request.force:
        raise Misuse(f"{request.out} exists and was not touched; choose another file, or add --force")
    needed = ("optuna", "cmaes") if request.sampler == "cmaes" else ("optuna",)
    missing = [package for package in needed if find_spec(package) is None]
    if missing:
        raise ExtraMissing(
            f"tuning needs {', '.join(missing)}, which is not installed; install it with: "
            "python -m pip install 'adrs[tune]'"
        )
    return mode_named(request.sandbox)


def _policy(request: TuneRequest, problem: Problem) -> tuple[str, str | Fault]:
    if request.baseline is not None:
        baseline = baseline_named(problem, request.baseline)
        return baseline.name, baseline.source
    assert request.policy is not None, "one of the two was given"
    return request.policy.name, read_policy(request.policy)


async def _tuned(
    request: TuneRequest, setting: Setting, source: str, chosen: tuple[Knob, ...], means: Means
) -> Tuned | Evaluation:
    """Asks the sampler for constants, `evals` of them, the policy's own first.

    Returns:
        What was found, or the policy's own evaluation where it failed.
    """
    original = tuple(knob.value for knob in chosen)
    async with Bench.started(setting, means) as bench:
        first = await bench.measure("the policy", source, Split.SEARCH, quiet=True)
        if first.evaluation.faults or not first.evaluation.complete:
            return first.evaluation
        own = _value(first.evaluation, setting)
        best, values = own, original
        with bar("tuning") as progress:
            study = _study(request, chosen)
            _tell(study, chosen, original, own)
            for done in range(1, request.evals):
                progress(done, request.evals)
                trial = study.ask(_space(chosen))
                drawn = tuple(float(trial.params[knob.name]) for knob in chosen)
                found = await bench.measure(
                    "other constants", with_values(source, chosen, drawn), Split.SEARCH, quiet=True
                )
                value = _value(found.evaluation, setting)
                study.tell(trial, value)
                if value > best:
                    best, values = value, drawn
        difference = await _difference(bench, source, chosen, values) if values != original else None
    return Tuned(chosen, values, (own, best), difference, first)


async def _difference(bench: Bench, source: str, chosen: Sequence[Knob], values: Sequence[float]) -> Interval:
    tuned = await bench.measure("the tuned policy", with_values(source, chosen, values), Split.VALIDATION)
    original = await bench.measure("the policy", source, Split.VALIDATION)
    pairs = tuned.evaluation.measurements, original.evaluation.measurements
    reached = min(map(len, pairs))
    return paired(pairs[0][:reached], pairs[1][:reached], np.random.default_rng(0))


def _value(evaluation: Evaluation, setting: Setting) -> float:
    """The mean score on SEARCH; what was not measured, since too much ran out of time, counts as 0."""
    return sum(m.score for m in evaluation.measurements) / len(setting.stages[Split.SEARCH])


def _study(request: TuneRequest, chosen: Sequence[Knob]) -> "optuna.Study":
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if request.sampler == "cmaes" and len(chosen) > 1:
        own = {knob.name: knob.value for knob in chosen}
        sampler: optuna.samplers.BaseSampler = optuna.samplers.CmaEsSampler(x0=own, seed=request.seed)
    else:
        # With a single constant CMA-ES has nothing to learn the shape of, and optuna refuses it.
        sampler = optuna.samplers.TPESampler(seed=request.seed)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _space(chosen: Sequence[Knob]) -> "dict[str, optuna.distributions.BaseDistribution]":
    from optuna.distributions import FloatDistribution, IntDistribution

    return {
        knob.name: IntDistribution(int(knob.low), int(knob.high))
        if knob.whole
        else FloatDistribution(knob.low, knob.high, log=knob.log)
        for knob in chosen
    }


def _tell(study: "optuna.Study", chosen: Sequence[Knob], values: Sequence[float], value: float) -> None:
    import optuna

    named = {knob.name: int(v) if knob.whole else float(v) for knob, v in zip(chosen, values, strict=True)}
    study.add_trial(optuna.trial.create_trial(params=named, distributions=_space(chosen), value=value))


def _rows(tuned: Tuned) -> Iterator[tuple[str, str, str, str]]:
    for knob, value in zip(tuned.knobs, tuned.values, strict=True):
        scale = " by factors" if knob.log else ""
        searched = f"{number(knob.low)} to {number(knob.high)}{scale}"
        yield one_line(knob.name), number(knob.value), number(value), searched


def _print(request: TuneRequest, name: str, tuned: Tuned) -> None:
    out = console()
    out.print(f"{one_line(name)} on {request.problem}, {spoken(request.workload)} workload")
    out.print()
    found = table("constant", "now", "best on search", "searched")
    for row in _rows(tuned):
        found.add_row(*row)
    out.print(found)
    out.print()
    before, after = tuned.search
    rows = {"verdict": tuned.verdict, "search": f"{before:.4f} to {after:.4f}, chosen for it"}
    if tuned.difference is not None:
        rows["validation"] = f"{tuned.difference}, tuned minus original, paired bootstrap by blocks"
    rows["spent"] = f"{request.evals} evaluations, sampler {request.sampler}, seed {request.seed}"
    rows["sandbox"] = sandbox_sentence(tuned.found.mode, tuned.found.notes)
    out.print(facts(rows))


def _as_json(request: TuneRequest, name: str, tuned: Tuned) -> Mapping[str, Any]:
    before, after = tuned.search
    return {
        "problem": request.problem,
        "workload": request.workload,
        "policy": name,
        "constants": [
            {"name": knob.name, "now": knob.value, "best": value, "low": knob.low, "high": knob.high}
            for knob, value in zip(tuned.knobs, tuned.values, strict=True)
        ],
        "search": {"now": before, "best": after},
        "validation": None if tuned.difference is None else asdict(tuned.difference),
        "verdict": tuned.verdict,
        "evals": request.evals,
        "sampler": request.sampler,
        "seed": request.seed,
        "sandbox": str(tuned.found.mode),
    }
