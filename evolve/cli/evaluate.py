"""`adrs eval`: one policy, one split, one number, and everything it rests on."""

import asyncio
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from evolve.cli.exits import Exit, ExtraMissing, Misuse
from evolve.cli.gap import gap_of
from evolve.cli.holdout import looking
from evolve.cli.measuring import Bench, Means
from evolve.cli.names import baseline_named, choose, mode_named, read_policy, split_named
from evolve.cli.report import Report, print_report
from evolve.cli.terminal import console, write_json
from evolve.cli.workload import introduce
from evolve.runs.setting import Setting
from evolve.runs.texts import digest
from problems.base import Problem, PublishedForm, Split
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


@dataclass(frozen=True, slots=True)
class _Policy:
    """What is to be measured.

    Attributes:
        source: Or why it is none.
        modules: What it may import beyond what every policy may.
        ours: Whether it is a baseline, whom nobody suspects.
    """

    name: str
    source: str | Fault
    modules: tuple[str, ...] = ()
    ours: bool = False


def evaluate(request: EvalRequest) -> Exit:
    """Measures and reports; the exit code tells whether the policy has a fault."""
    split, mode = split_named(request.split), mode_named(request.sandbox)
    setting = Setting.load(request.problem, request.workload, [split])
    introduce(setting.problem, setting.workload)
    policy = _policy(request, setting.problem)
    report = Report(setting.problem, split, setting.workload, policy.name)
    if isinstance(policy.source, Fault):
        report = report.refused(policy.source)
    else:
        with looking(request.db, split) as look:
            means = Means(request.workers, mode, policy.modules)
            report = asyncio.run(_measured(report, policy, setting, means))
            look(report, digest(policy.source))
    if request.as_json:
        write_json(report.as_json())
    else:
        print_report(report, console())
    return Exit.POLICY if report.faults or not report.complete else Exit.DONE


async def measured(report: Report, source: str, setting: Setting, bench: Bench) -> Report:
    """Measures a policy on the report's split; its published scores are found, where there are any."""
    found = await bench.measure(report.policy, source, report.split, setting)
    if report.split is not Split.PUBLISHED:
        return report.measured(found)
    from evolve.runs.comparison import dialects  # half a second, which others need not wait

    rules = setting.by_published_rules()
    theirs = found if rules is setting else await bench.measure(report.policy, source, report.split, rules)
    return report.measured(found, dialects(rules, theirs.evaluation))


async def _measured(report: Report, policy: _Policy, setting: Setting, means: Means) -> Report:
    assert isinstance(policy.source, str), "a refused policy is not measured"
    async with Bench.started(setting, means) as bench:
        report = await measured(report, policy.source, setting, bench)
        if report.split is not Split.PUBLISHED or policy.ours or not report.complete:
            return report
        return replace(report, gap=await gap_of(report, policy.source, setting, bench, means=means))


def _policy(request: EvalRequest, problem: Problem) -> _Policy:
    """Finds the policy.

    Raises:
        Misuse: Neither file nor baseline is named, or both, or there is none of that name.
        ExtraMissing: Programs of the published form need a package that is not installed.
    """
    choose(request.form, _FORMS, "form")
    if (request.policy is None) == (request.baseline is None):
        raise Misuse("expected one policy to measure: either a file or --baseline NAME")
    if request.baseline is not None:
        baseline = baseline_named(problem, request.baseline)
        return _Policy(baseline.name, baseline.source, ours=True)
    assert request.policy is not None, "one of the two was given"
    source = read_policy(request.policy)
    if request.form == "interface" or isinstance(source, Fault):
        return _Policy(request.policy.name, source)
    form = _published_form(problem)
    return _Policy(request.policy.name, form.adapt(source), form.modules)


def _published_form(problem: Problem) -> PublishedForm:
    form = problem.published_form
    if form is None:
        raise Misuse(f"problem {problem.name!r} has no published form; write the policy for its interface")
    missing = [module for module in form.modules if find_spec(module) is None]
    if missing:
        raise ExtraMissing(
            f"programs in the published form of {problem.name} need {', '.join(missing)}, which is not "
            f"installed; install it with: python -m pip install {' '.join(missing)}"
        )
    return form
