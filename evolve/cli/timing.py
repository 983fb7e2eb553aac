"""`adrs time`: how much CPU time a policy takes beside another."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from evaluators.calibration import cpu_scale
from evaluators.drive import runtime
from evaluators.timing import CONFIDENCE, FEWEST_PAIRS, Comparison, Entry, Failed, Middle, Timed, Timer
from evaluators.worker import open_bench
from evolve.cli.bar import bar
from evolve.cli.exits import Exit, Misuse
from evolve.cli.names import BEST, baseline_named, mode_named, read_policy, split_named
from evolve.cli.report import fault_table, sandbox_sentence
from evolve.cli.terminal import console, facts, one_line, seconds, table, write_json
from evolve.runs.setting import Setting
from problems.base import Limits, Problem, Split, groups
from problems.workload_file import spoken
from sandbox import ForkServer, Mode
from sandbox.faults import Fault

_TIMED_ON = (Split.SMOKE, Split.SEARCH, Split.VALIDATION)


@dataclass(frozen=True, slots=True)
class TimeRequest:
    """The verb's options, as they came."""

    problem: str
    policy: str
    against: str
    split: str
    workload: str
    pairs: int
    seed: int
    sandbox: str
    as_json: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        cpu_scale: CPU seconds of this core per second of the reference core.
    """

    setting: Setting
    split: Split
    policy: Entry
    against: Entry
    found: Comparison
    mode: Mode
    cpu_scale: float

    @property
    def unit(self) -> str:
        """What a call is."""
        return "solve" if self.setting.problem.one_shot else "step"

    @property
    def limit_s(self) -> float:
        """CPU seconds of this core that a call may take, a step on average."""
        limits: Limits = self.setting.problem.limits[self.split]
        allowed = limits.solve_cpu_s if self.setting.problem.one_shot else limits.step_mean_cpu_s
        return allowed * self.cpu_scale


def compare(request: TimeRequest) -> Exit:
    """Times and tells; exit code 1 if one of the two policies fails."""
    split, mode = _split(request.split), mode_named(request.sandbox)
    if request.pairs < FEWEST_PAIRS:
        raise Misuse(f"an interval needs {FEWEST_PAIRS} pairs at least, but got --pairs {request.pairs}")
    setting = Setting.load(request.problem, request.workload, [split])
    entries = []
    for name in (request.policy, request.against):
        entry = _entry(setting.problem, name)
        if isinstance(entry, Fault):
            return _refused(name, None, entry, as_json=request.as_json)
        entries.append(entry)
    policy, against = _told_apart(entries, request)
    with (
        _pinned() as core,
        ForkServer.start(mode, runtime=runtime(setting.problem.limits[split]), core=core) as server,
        bar("pairs") as progress,
    ):
        bench = open_bench(setting.problem, server, cpu_scale())
        timer = Timer(bench, setting.problem, groups(setting.stages[split]), split)
        rng = np.random.default_rng(request.seed)
        found = timer.compare(policy, against, pairs=request.pairs, rng=rng, progress=progress)
        scale, taken = bench.cpu_scale, server.mode
    if isinstance(found, Failed):
        return _refused(found.entry.name, found.instance, found.fault, as_json=request.as_json)
    outcome = Outcome(setting, split, policy, against, found, taken, scale)
    write_json(_as_json(outcome)) if request.as_json else _print(outcome)
    return Exit.DONE


def _split(name: str) -> Split:
    split = split_named(name)
    if split not in _TIMED_ON:
        raise Misuse(f"policies are timed on {', '.join(_TIMED_ON)}; {split} is for scores alone")
    return split


def _entry(problem: Problem, name: str) -> Entry | Fault:
    """Takes a baseline, or reads a file; one that is called as a baseline is named by `./NAME`."""
    known = {BEST, *(baseline.name for baseline in problem.baselines)}
    if name not in known and (name.endswith(".py") or os.sep in name or Path(name).exists()):
        source = read_policy(Path(name))
        return source if isinstance(source, Fault) else Entry(Path(name).name, source)
    baseline = baseline_named(problem, name)
    return Entry(baseline.name, baseline.source)


def _told_apart(entries: Sequence[Entry], request: TimeRequest) -> tuple[Entry, Entry]:
    """Names two files of the same name by their whole paths."""
    policy, against = entries
    if policy.name != against.name or policy.source == against.source:
        return policy, against
    return replace(policy, name=request.policy), replace(against, name=request.against)


@contextmanager
def _pinned() -> Iterator[int | None]:
    """Binds this process to one core for a while, the last of those that it may use."""
    if not hasattr(os, "sched_getaffinity"):
        yield None
        return
    allowed = os.sched_getaffinity(0)
    core = max(allowed)
    os.sched_setaffinity(0, {core})
    try:
        yield core
    finally:
        os.sched_setaffinity(0, allowed)


def _refused(name: str, instance: str | None, fault: Fault, *, as_json: bool) -> Exit:
    if as_json:
        write_json({"policy": name, "instance": instance, "fault": asdict(fault)})
    else:
        out = console()
        out.print(f"{one_line(name)} fails, so there is no time to be told")
        out.print(fault_table([(instance, fault)]))
    return Exit.POLICY


def _print(outcome: Outcome) -> None:
    out, problem = console(), outcome.setting.problem.name
    names = f"{one_line(outcome.policy.name)} against {one_line(outcome.against.name)}"
    out.print(f"{names} on {problem} {outcome.split}, {spoken(outcome.setting.workload)} workload")
    out.print()
    unit = outcome.unit
    heads = f"{unit}, median", f"{unit}, 90 %", "of its limit", "to start"
    rows = table("CPU time, net of the sandbox's", *heads)
    for entry, timed in ((outcome.policy, outcome.found.policy), (outcome.against, outcome.found.against)):
        rows.add_row(one_line(entry.name), *_cells(timed, outcome))
    out.print(rows)
    out.print()
    out.print(facts(_facts(outcome)))


def _cells(timed: Sequence[Timed], outcome: Outcome) -> list[str]:
    start_s = max(_quantile([each.ready_s for each in timed], 0.5), 0.0)
    if not outcome.found.is_told(timed):
        return ["lost in the wire", "-", "-", seconds(start_s)]
    calls = [each.call_s for each in timed]
    median_s = _quantile(calls, 0.5)
    share = f"{median_s / outcome.limit_s:.2%}"
    return [seconds(median_s), seconds(_quantile(calls, 0.9)), share, seconds(start_s)]


def _facts(outcome: Outcome) -> dict[str, str]:
    found, scale = outcome.found, outcome.cpu_scale
    rows = {"verdict": _verdict(outcome)}
    if found.ratio is not None:
        ratio = found.ratio
        rows["ratio"] = f"{ratio.median:.3f} [{ratio.low:.3f}, {ratio.high:.3f}], lower is better"
    rows["difference"] = f"{_signed(found.difference_s)} a {outcome.unit}"
    pairs = f"{len(found.pairs)} pairs in alternating order"
    rows["interval"] = f"{CONFIDENCE:.0%} of the median of {pairs}, from order statistics"
    rows["wire"] = f"{seconds(found.wire_s)} a {outcome.unit}, taken off both: what the idle policy takes"
    rows["core"] = f"{scale:g} x the time of the reference core, in whose seconds limits are stated"
    rows["sandbox"] = sandbox_sentence(outcome.mode)
    return rows


def _verdict(outcome: Outcome) -> str:
    mine, other = one_line(outcome.policy.name), one_line(outcome.against.name)
    if outcome.found.verdict == "no difference shown":
        return f"no difference shown between {mine} and {other}"
    return f"{mine} is {outcome.found.verdict} than {other}"


def _signed(middle: Middle) -> str:
    def told(value: float) -> str:
        return f"{'-' if value < 0 else '+'}{seconds(abs(value))}"

    return f"{told(middle.median)} [{told(middle.low)}, {told(middle.high)}]"


def _quantile(values: Sequence[float], share: float) -> float:
    return float(np.quantile(values, share))


def _as_json(outcome: Outcome) -> Mapping[str, Any]:
    found = outcome.found
    return {
        "problem": outcome.setting.problem.name,
        "split": str(outcome.split),
        "workload": outcome.setting.workload,
        "unit": outcome.unit,
        "pairs": len(found.pairs),
        "policy": _timed_json(outcome.policy, found.policy),
        "against": _timed_json(outcome.against, found.against),
        "wire_s": found.wire_s,
        "limit_s": outcome.limit_s,
        "ratio": None if found.ratio is None else asdict(found.ratio),
        "difference_s": asdict(found.difference_s),
        "confidence": CONFIDENCE,
        "verdict": found.verdict,
        "cpu_scale": outcome.cpu_scale,
        "sandbox": str(outcome.mode),
    }


def _timed_json(entry: Entry, timed: Sequence[Timed]) -> dict[str, Any]:
    calls = [each.call_s for each in timed]
    return {
        "name": entry.name,
        "call_s": _quantile(calls, 0.5),
        "call_p90_s": _quantile(calls, 0.9),
        "ready_s": _quantile([each.ready_s for each in timed], 0.5),
    }
