"""`adrs trace`: what a policy did on one instance, row by row, and where another first did otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evaluators.calibration import cpu_scale
from evaluators.decisions import Decided, decided, opened
from evaluators.timeline import parting, timeline
from evaluators.values import Evaluation, Usage
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.holdout import looking
from evolve.cli.measuring import Measuring
from evolve.cli.names import mode_named, split_named
from evolve.cli.report import Report
from evolve.cli.subjects import CHAMPION, Policy, Subject, one_of, policy_named, subject_named
from evolve.cli.trace.told import Told, Trace, print_trace, write_trace_json
from evolve.runs.setting import Setting
from evolve.runs.texts import digest
from problems.base import Instance, Split
from sandbox import Mode
from sandbox.faults import Fault

if TYPE_CHECKING:
    from evaluators.drive import Bench

_LISTED: Final = 8


@dataclass(frozen=True, slots=True)
class TraceRequest:
    """The verb's options, as they came."""

    subject: str
    policy: str | None
    baseline: str | None
    instance: str | None
    split: str
    workload: str | None
    against: str | None
    out: Path | None
    picture: Path | None
    force: bool
    sandbox: str
    as_json: bool
    db: Path


def trace(request: TraceRequest) -> Exit:
    """Measures, tells and writes; the exit code tells whether a policy has a fault."""
    from evolve.cli.trace.files import refuse_picture, refuse_rows, write_rows

    split, mode = split_named(request.split), mode_named(request.sandbox)
    if request.out is not None:
        refuse_rows(request.out, force=request.force)
    if request.picture is not None:
        refuse_picture(request.picture, force=request.force)
    subject = subject_named(request.db, request.subject)
    policies = _policies(request, subject)
    setting = Setting.load(subject.problem.name, request.workload or subject.workload, [split])
    instance = _instance(setting.stages[split], request.instance, f"{split} of {subject.problem.name}")
    found = _traced(request.db, setting, instance, policies, mode)
    if request.out is not None:
        rows = [(told.name, told.rows) for told in found.policies]
        write_rows(request.out, rows, force=request.force)
    if request.as_json:
        write_trace_json(found)
    else:
        print_trace(found, request.out)
    if request.picture is not None:
        _draw(found, request.picture, force=request.force)
    return Exit.POLICY if any(told.fault is not None for told in found.policies) else Exit.DONE


def _draw(found: Trace, path: Path, *, force: bool) -> None:
    """Draws a picture.

    Raises:
        Misuse: It cannot be written, or there is nothing to draw, and no fault that explains it.
    """
    from evolve.cli.trace.files import write_picture
    from evolve.figures.progress import NothingToDraw
    from evolve.figures.timelines import Timelines

    rows = [(told.name, told.rows) for told in found.policies]
    where = f"{found.instance} of {found.split} of {found.setting.problem.name}"
    try:
        picture = Timelines.of(where, rows, None if found.parting is None else found.parting.index)
    except NothingToDraw as error:
        if all(told.fault is None for told in found.policies):
            raise Misuse(str(error)) from error
        say(str(error))
    else:
        write_picture(path, picture, force=force)


def _policies(request: TraceRequest, subject: Subject) -> list[Policy]:
    if request.policy is not None and request.baseline is not None:
        raise Misuse("expected one policy to trace: either POLICY or --baseline NAME; a second is --against")
    name = request.policy or request.baseline or (CHAMPION if subject.run is not None else None)
    if name is None:
        raise Misuse("expected a policy to trace: a file, or --baseline NAME")
    if name == CHAMPION and subject.run is not None:
        name = f"{subject.run}:{CHAMPION}"
    first = policy_named(request.db, subject, name)
    if request.against is None:
        return [first]
    second = policy_named(request.db, subject, request.against)
    return [first, replace(second, name=f"{second.name} (against)") if second.name == first.name else second]


def _instance(instances: Sequence[Instance], wanted: str | None, where: str) -> Instance:
    known = [instance.name for instance in instances]
    if wanted is None:
        first = ", ".join(known[:_LISTED])
        raise Misuse(f"expected --instance NAME; {where} has {len(known)}, the first of them {first}")
    listing = "adrs eval PROBLEM --json lists them all"
    return instances[known.index(one_of(wanted, known, "instance", listing))]


def _traced(db: Path, setting: Setting, instance: Instance, policies: Sequence[Policy], mode: Mode) -> Trace:
    (split, instances), problem = next(iter(setting.stages.items())), setting.problem
    group = [i for i in instances if i.group == instance.group]
    scale, found = cpu_scale(), list[tuple[str, Decided | Fault]]()
    with (
        looking(db, split) as look,
        opened(problem, split, mode=mode, cpu_scale=scale) as bench,
    ):
        for policy in policies:
            if isinstance(policy.source, Fault):
                found.append((policy.name, policy.source))
                continue
            # The whole group, since that is what a policy is measured on: its child is seeded by it.
            every = decided(problem, policy.source, group, split, bench)
            one = next(d for d in every if d.instance.name == instance.name)
            look(_report(setting, split, one, policy.name, bench), digest(policy.source))
            found.append((policy.name, one))
        used, notes = bench.server.mode, tuple(bench.server.notes)
    both = [one for _, one in found if isinstance(one, Decided)]
    apart = parting(problem, both[0], both[1]) if len(both) == 2 else None
    told = tuple(_told(setting, name, one) for name, one in found)
    return Trace(setting, split, instance.name, told, apart, used, notes)


def _told(setting: Setting, name: str, found: Decided | Fault) -> Told:
    if isinstance(found, Fault):
        return Told(name, None, found, ())
    measurement = found.measurement
    return Told(name, measurement, measurement.fault, timeline(setting.problem, found))


def _report(setting: Setting, split: Split, one: Decided, policy: str, bench: "Bench") -> Report:
    """The report on a look at one instance, for the log of looks."""
    evaluation = Evaluation.of(split, (one.measurement,))
    found = Measuring(evaluation, Usage(), bench.server.mode, (), bench.cpu_scale)
    return Report(setting.problem, split, setting.workload, policy).measured(found)
