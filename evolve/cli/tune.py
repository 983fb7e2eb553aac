"""`adrs tune`: the best constants for a policy's algorithm, and whether they are better at all."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from evaluators.intervals import Interval, paired
from evaluators.values import Evaluation
from evolve.cli.best import write_source
from evolve.cli.constants import Sampling, sought
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.measuring import Bench, Means, Measuring
from evolve.cli.names import baseline_named, mode_named, read_policy
from evolve.cli.report import fault_table, sandbox_sentence
from evolve.cli.terminal import console, facts, number, one_line, table, write_json
from evolve.cli.workload import introduce
from evolve.runs.setting import Setting
from evolve.search.tuning import Knob, NotTunable, knobs, with_values
from problems.base import Problem, Split
from problems.workload_file import spoken
from sandbox import Mode
from sandbox.faults import Fault


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
    _sampling(request).refuse_unready()
    if (request.policy is None) == (request.baseline is None):
        raise Misuse("expected one policy to tune: either a file or --baseline NAME")
    if request.out is not None and request.out.exists() and not request.force:
        raise Misuse(f"{request.out} exists and was not touched; choose another file, or add --force")
    return mode_named(request.sandbox)


def _sampling(request: TuneRequest) -> Sampling:
    return Sampling(request.evals, request.sampler, request.seed)


def _policy(request: TuneRequest, problem: Problem) -> tuple[str, str | Fault]:
    if request.baseline is not None:
        baseline = baseline_named(problem, request.baseline)
        return baseline.name, baseline.source
    assert request.policy is not None, "one of the two was given"
    return request.policy.name, read_policy(request.policy)


async def _tuned(
    request: TuneRequest, setting: Setting, source: str, chosen: tuple[Knob, ...], means: Means
) -> Tuned | Evaluation:
    """Seeks constants, and measures the best on VALIDATION if they are others.

    Returns:
        What was found, or the policy's own evaluation where it failed.
    """
    async with Bench.started(setting, means) as bench:
        found = await sought(bench, setting, source, _sampling(request))
        if found.first.evaluation.faults or not found.first.evaluation.complete:
            return found.first.evaluation
        changed = found.best > found.own
        difference = await _difference(bench, source, chosen, found.values) if changed else None
    return Tuned(chosen, found.values, (found.own, found.best), difference, found.first)


async def _difference(bench: Bench, source: str, chosen: Sequence[Knob], values: Sequence[float]) -> Interval:
    tuned = await bench.measure("the tuned policy", with_values(source, chosen, values), Split.VALIDATION)
    original = await bench.measure("the policy", source, Split.VALIDATION)
    pairs = tuned.evaluation.measurements, original.evaluation.measurements
    reached = min(map(len, pairs))
    return paired(pairs[0][:reached], pairs[1][:reached], np.random.default_rng(0))


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
