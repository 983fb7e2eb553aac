"""`adrs eval`: one policy, one split, one number, and everything it rests on."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.measuring import measure
from evolve.cli.names import baseline_named, choose, mode_named, read_policy, split_named
from evolve.cli.report import Report, print_report
from evolve.cli.terminal import console, write_json
from evolve.runs.setting import Setting
from evolve.runs.texts import digest
from problems.base import Problem, Split
from sandbox import Mode
from sandbox.faults import Fault

_FORMS = ("interface", "published")


@dataclass(frozen=True, slots=True)
class EvalRequest:
    """The verb's options, as they came."""

    problem: str
    policy: Path | None
    baseline: str | None
    split: str
    workload: str
    form: str
    workers: int | None
    sandbox: str
    as_json: bool
    db: Path


def evaluate(request: EvalRequest) -> Exit:
    """Measures and reports; the exit code tells whether the policy has a fault."""
    split, mode = split_named(request.split), mode_named(request.sandbox)
    setting = Setting.load(request.problem, request.workload, [split])
    name, source = _source(request, setting.problem)
    report = Report(setting.problem, split, request.workload, name)
    if isinstance(source, Fault):
        report = report.refused(source)
    else:
        with _looking(request.db, split) as look:
            report = _measured(report, source, setting, workers=request.workers, mode=mode)
            look(report, source)
    if request.as_json:
        write_json(report.as_json())
    else:
        print_report(report, console())
    return Exit.POLICY if report.faults or not report.complete else Exit.DONE


def _measured(report: Report, source: str, setting: Setting, *, workers: int | None, mode: Mode) -> Report:
    with _Bar(report.split) as bar:
        found = asyncio.run(measure(source, setting, workers=workers, mode=mode, progress=bar.advance))
    if report.split is not Split.PUBLISHED:
        return report.measured(found, {})
    from evolve.runs.comparison import dialects  # half a second, which others need not wait

    instances = setting.stages[report.split]
    return report.measured(found, dialects(setting.problem, instances, found.evaluation))


@contextmanager
def _looking(db: Path, split: Split) -> Iterator[Callable[[Report, str], None]]:
    """Gives what writes a look at HOLDOUT down, with the store opened before anything is measured."""
    if split is not Split.HOLDOUT:
        yield lambda report, source: None
        return
    from evolve.cli.looks import Looks
    from evolve.runs.store import Store

    with Store.open(db) as store:
        looks = Looks(store)

        def look(report: Report, source: str) -> None:
            looks.record(report, digest(source), at=time.time())
            say(looks.sentence(report.problem.name))

        yield look


def _source(request: EvalRequest, problem: Problem) -> tuple[str, str | Fault]:
    """Finds the policy's name and source.

    Raises:
        Misuse: Neither file nor baseline is named, or both, or there is none of that name.
    """
    choose(request.form, _FORMS, "form")
    if (request.policy is None) == (request.baseline is None):
        raise Misuse("expected one policy to measure: either a file or --baseline NAME")
    if request.baseline is not None:
        return request.baseline, baseline_named(problem, request.baseline).source
    assert request.policy is not None, "one of the two was given"
    source = read_policy(request.policy)
    if request.form == "published" and not isinstance(source, Fault):
        if problem.adapt is None:
            raise Misuse(
                f"problem {problem.name!r} has no published form; write the policy for its interface"
            )
        source = problem.adapt(source)
    return request.policy.name, source


class _Bar:
    """A progress bar on the error stream, gone when it is done; nothing where that is no terminal."""

    def __init__(self, split: Split) -> None:
        err = console(stderr=True)
        columns = (TextColumn(f"measuring {split}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self, done: int, total: int) -> None:
        """Shows how far it is."""
        self._progress.update(self._task, completed=done, total=total)
