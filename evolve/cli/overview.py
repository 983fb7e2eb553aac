"""`adrs eval all`: the best baseline of every installed problem on one split, and their mean."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from evolve.cli.evaluate import EvalRequest, measured
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.holdout import looking
from evolve.cli.measuring import Bench, Means
from evolve.cli.names import BEST, mode_named, split_named
from evolve.cli.report import Report, sandbox_sentence
from evolve.cli.terminal import console, facts, number, one_line, table, write_json
from evolve.runs.setting import Setting
from evolve.runs.texts import digest
from problems.base import Split
from problems.datasets import DataMissing
from problems.registry import BrokenProblem, names
from problems.workloads import NotInWorkload

ALL = "all"
"""Stands for every installed problem."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A problem that was not measured, why, and how the command ends for that."""

    problem: str
    reason: str
    exit: Exit


def evaluate_all(request: EvalRequest) -> Exit:
    """Measures and reports; problems without the split are left out, those that fail end the command so."""
    if request.policy is not None or request.baseline != BEST:
        raise Misuse(f"expected `adrs eval {ALL} --baseline {BEST}`: no one policy fits every problem")
    rows = list(_rows(request))
    reports = [row for row in rows if isinstance(row, Report)]
    skipped = [row for row in rows if isinstance(row, Skipped)]
    if request.as_json:
        write_json(_as_json(request, reports, skipped))
    else:
        _print(request, reports, skipped)
    for row in skipped:
        say(row.reason)
    if any(report.faults or not report.complete for report in reports):
        return Exit.POLICY
    return max((row.exit for row in skipped), default=Exit.DONE)


def _rows(request: EvalRequest) -> Iterator[Report | Skipped]:
    split, mode = split_named(request.split), mode_named(request.sandbox)
    for name in names():
        try:
            setting = Setting.load(name, request.workload, [split])
        except NotInWorkload as error:
            yield Skipped(name, str(error), Exit.DONE)
        except DataMissing as error:
            yield Skipped(name, f"{name}: {error}", Exit.DATA)
        except BrokenProblem as error:
            yield Skipped(name, str(error), Exit.USAGE)
        else:
            yield _report(setting, split, Means(request.workers, mode), request.db)


def _report(setting: Setting, split: Split, means: Means, db: Path) -> Report:
    baseline = setting.problem.best_baseline
    report = Report(setting.problem, split, setting.workload, baseline.name)

    async def found() -> Report:
        async with Bench.started(setting, means) as bench:
            return await measured(report, baseline.source, setting, bench)

    with looking(db, split) as look:
        whole = asyncio.run(found())
        look(whole, digest(baseline.source))
    return whole


def mean(reports: Sequence[Report]) -> float | None:
    """Mean strict score over problems, each weighing the same; None if one has none, or there are none."""
    scores = [report.score for report in reports]
    known = [score for score in scores if score is not None]
    return sum(known) / len(known) if known and len(known) == len(scores) else None


def _as_json(
    request: EvalRequest, reports: Sequence[Report], skipped: Sequence[Skipped]
) -> dict[str, object]:
    return {
        "split": request.split,
        "workload": request.workload,
        "mean": mean(reports),
        "problems": [{"policy": report.policy, **report.as_json()} for report in reports],
        "skipped": [{"problem": row.problem, "reason": row.reason} for row in skipped],
    }


def _print(request: EvalRequest, reports: Sequence[Report], skipped: Sequence[Skipped]) -> None:
    out = console()
    title = f"best baselines on {request.split}, {request.workload} workload"
    out.print(Text(one_line(title), style="bold"))
    out.print()
    dialects = list(dict.fromkeys(name for report in reports for name in report.dialects))
    rows = table("problem", "best baseline", "score", *dialects, "instances", "CPU s", left=2)
    for report in reports:
        published = [f"{report.dialects[d]:.4g}" if d in report.dialects else "-" for d in dialects]
        cells = [report.problem.name, report.policy, _score(report), *published, *_size(report)]
        rows.add_row(*map(Text, cells))
    average = mean(reports)
    if average is not None:
        cells = [f"mean of {len(reports)}", "", f"{average:.4f}"]
        rows.add_row(*map(Text, cells), style="bold")
    out.print(rows)
    out.print()
    notes = {"score": "a proven bound over what was reached, or a rate: higher is better, 1 cannot be passed"}
    measured_in = {(r.found.mode, tuple(r.found.notes)) for r in reports if r.found is not None}
    if measured_in:
        notes["sandbox"] = " / ".join(sandbox_sentence(*mode) for mode in sorted(measured_in))
    if skipped:
        notes["left out"] = ", ".join(row.problem for row in skipped)
    out.print(facts(notes))


def _score(report: Report) -> str:
    faults = f" ({len(report.faults)} faults)" if report.faults else ""
    return "none" if report.score is None else f"{report.score:.4f}{faults}"


def _size(report: Report) -> tuple[str, str]:
    cpu_s = report.found.usage.cpu_s if report.found else 0.0
    return f"{len(report.measurements):,}", number(cpu_s)
