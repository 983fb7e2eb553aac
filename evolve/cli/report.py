"""What `adrs eval` tells: a score, where it comes from, and every fault."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evaluators.gap import Gap
from evaluators.intervals import FEWEST_BLOCKS
from evaluators.values import Measurement, Usage
from evolve.cli.measuring import PATIENCE, Measuring
from evolve.cli.terminal import facts, number, one_line, seconds, size, table
from problems.base import Limits, Problem, Split
from problems.workload_file import spoken
from sandbox import PROMISES, Mode
from sandbox.faults import Fault

_ENDS = 8
"""Rows shown at either end of a long table."""

_PRINTED_LINES = 16
"""Of what a policy printed."""


@dataclass(frozen=True, slots=True)
class Report:
    """A policy on a split.

    Attributes:
        score: None if the policy was refused or not all was measured.
        faults: Pairs of instance name and fault; the name is None if no instance was reached.
        gap: Its lead on PUBLISHED beside what VALIDATION predicts; None where nothing is suspected.
        found: None until measured.
    """

    problem: Problem
    split: Split
    workload: str
    policy: str
    score: float | None = None
    complete: bool = False
    faults: tuple[tuple[str | None, Fault], ...] = ()
    dialects: Mapping[str, float] = field(default_factory=dict)
    gap: Gap | None = None
    found: Measuring | None = None

    def refused(self, fault: Fault) -> "Report":
        """The report on a source that never was a policy."""
        return replace(self, faults=((None, fault),))

    def measured(
        self, found: Measuring, dialects: Mapping[str, float] | None = None, gap: Gap | None = None
    ) -> "Report":
        """The report on a policy that was measured."""
        evaluation = found.evaluation
        return replace(
            self,
            score=evaluation.score,
            complete=evaluation.complete,
            faults=evaluation.faults,
            dialects=dialects or {},
            gap=gap,
            found=found,
        )

    @property
    def measurements(self) -> Sequence[Measurement]:
        """In the split's order; none for a refused policy."""
        return self.found.evaluation.measurements if self.found else ()

    @property
    def printed(self) -> tuple[str, str] | None:
        """Instance and text of what the policy printed, if it did."""
        return self.found.evaluation.printed if self.found else None

    @property
    def limits(self) -> Limits:
        """What the policy was allowed."""
        return self.problem.limits[self.split]

    @property
    def metrics(self) -> Mapping[str, float]:
        """Means over the instances without a fault."""
        return self.found.evaluation.metrics if self.found else {}

    @property
    def counts(self) -> dict[str, float]:
        """Sums of the metrics that the problem names."""
        return {
            name: sum(m.metrics.get(name, 0.0) for m in self.measurements) for name in self.problem.counts
        }

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        rows = [{"name": m.instance, "score": m.score, "metrics": dict(m.metrics)} for m in self.measurements]
        return {
            "problem": self.problem.name,
            "version": self.problem.version,
            "split": str(self.split),
            "workload": self.workload,
            "score": self.score,
            "complete": self.complete,
            "faults": [fault_json(name, fault) for name, fault in self.faults],
            "dialects": {"lb": None, "sd": None, **self.dialects},
            "gap": self._gap_json(),
            "printed": self._printed_json(),
            "metrics": self.metrics,
            "instances": rows,
            "sandbox": str(self.found.mode) if self.found else None,
            "sandbox_notes": list(self.found.notes) if self.found else [],
            "limits": asdict(self.limits),
            "usage": asdict(self.found.usage if self.found else Usage()),
        }

    def _printed_json(self) -> dict[str, str] | None:
        if self.printed is None:
            return None
        instance, text = self.printed
        return {"instance": instance, "text": text}

    def _gap_json(self) -> dict[str, Any] | None:
        if self.gap is None:
            return None
        reference = self.problem.best_baseline.name
        return {"reference": reference, **asdict(self.gap), "suspicious": self.gap.suspicious}


def fault_json(instance: str | None, fault: Fault) -> dict[str, str | None]:
    """A fault as plain data, and where it was met."""
    return {
        "kind": str(fault.kind),
        "rule": fault.rule,
        "message": fault.message,
        "instance": instance,
        "element": fault.element,
    }


def print_report(report: Report, console: Console) -> None:
    """Prints a report for people: the score first, then what it rests on, then what went wrong."""
    head = f"{report.policy} on {report.problem.name} {report.split}, {spoken(report.workload)} workload"
    console.print(Text(one_line(head), style="bold"))
    console.print()
    console.print(facts(_headlines(report)))
    console.print()
    if any(m.fault is None for m in report.measurements):
        for part in instance_parts(report.measurements, report.metrics, console.width):
            console.print(part)
        console.print()
    if report.faults:
        console.print(fault_table(report.faults))
        console.print()
    if report.printed is not None:
        for part in printed_parts(*report.printed, console.width):
            console.print(part)
        console.print()
    console.print(facts(_circumstances(report)))


def _headlines(report: Report) -> dict[str, str]:
    score = "none" if report.score is None else f"{report.score:.4f}"
    rows = {"score": score}
    rows |= {name: f"{value:.4g}" for name, value in report.dialects.items()}
    valid = sum(m.fault is None for m in report.measurements)
    if valid:
        whole = f"in the {valid} instances without a fault" if report.faults else "in all"
        rows |= {name: f"{number(value)} {whole}" for name, value in report.counts.items()}
    if report.faults:
        reached = len(report.measurements)
        instances = f"{len(report.faults)} of {reached} instances" if reached else "before any instance"
        rows["faults"] = instances
    if report.gap is not None:
        rows["gap"] = gap_sentence(report.gap, report.problem.best_baseline.name)
    if report.found and not report.complete:
        rows["stopped"] = f"after {PATIENCE} groups of instances had run out of time twice"
    return rows


def gap_sentence(gap: Gap, reference: str) -> str:
    """Says whether the lead on PUBLISHED is what VALIDATION lets one expect."""
    lead = f"{gap.lead:+.4f} over {reference}; validation ({gap.validation:+.4f}) predicts"
    if gap.low is None or gap.high is None:
        return f"{lead} nothing, since it has under {FEWEST_BLOCKS} blocks"
    told = f"{lead} [{gap.low:+.4f}, {gap.high:+.4f}]"
    if not gap.suspicious:
        return told
    return (
        f"SUSPICIOUS: {told}. A policy that carries answers to the published instances, or was tuned on "
        "them, looks like this; believe its validation and holdout scores instead"
    )


def _circumstances(report: Report) -> dict[str, str]:
    rows = {"limits": limits_sentence(report.limits, one_shot=report.problem.one_shot)}
    if report.found is None:
        return rows
    usage, scale = report.found.usage, report.found.cpu_scale
    rows["used"] = (
        f"{seconds(usage.cpu_s)} CPU, {seconds(usage.wall_s)} wall, {size(usage.peak_bytes)} at most"
    )
    rows["core"] = f"{scale:g} x the time of the reference core, in whose seconds limits are stated"
    rows["sandbox"] = sandbox_sentence(report.found.mode, report.found.notes)
    return rows


def sandbox_sentence(mode: Mode, notes: Sequence[str] = ()) -> str:
    """Names a mode, what a lesser one promises, and why it is not a better one."""
    promise = [] if mode is Mode.FULL else [PROMISES[mode]]
    return "; ".join([str(mode), *promise, *notes])


def limits_sentence(limits: Limits, *, one_shot: bool) -> str:
    """Says what a policy may use."""
    if one_shot:
        time = f"{seconds(limits.solve_cpu_s)} CPU a solve"
    else:
        time = (
            f"{seconds(limits.step_mean_cpu_s)} CPU a step on average, {seconds(limits.step_cpu_s)} for any"
        )
    told = (
        f"{time}, {seconds(limits.init_cpu_s)} to start, {size(limits.memory_bytes)} memory, "
        f"{size(limits.answer_bytes)} an answer"
    )
    imports = f"; may import {', '.join(limits.importable)}" if limits.importable else ""
    return f"{told}{'; may start threads' if limits.threads else ''}{imports}"


def fault_table(faults: Sequence[tuple[str | None, Fault]]) -> Table:
    """Groups faults by rule, each with its first occurrence."""
    first: dict[tuple[str, str], tuple[str | None, Fault]] = {}
    counts: dict[tuple[str, str], int] = {}
    for instance, fault in faults:
        key = (str(fault.kind), fault.rule)
        first.setdefault(key, (instance, fault))
        counts[key] = counts.get(key, 0) + 1
    found = table("fault", "rule", "times", "first at", "message", left=2)
    found.columns[3].justify = found.columns[4].justify = "left"
    found.columns[4].no_wrap, found.columns[4].overflow = False, "fold"
    for (kind, rule), (instance, fault) in first.items():
        place = " ".join(part for part in (instance, fault.element) if part)
        cells = [kind, rule, str(counts[kind, rule]), one_line(place), one_line(fault.message)]
        found.add_row(*map(Text, cells))
    return found


def printed_parts(instance: str, text: str, width: int) -> list[Text]:
    """Quotes what a policy printed, each line marked as the policy's own."""
    lines = text.splitlines()
    # Cut, not wrapped: the rest of a long line would stand without its mark, and look like words of ours.
    quoted = "\n".join(_cut(f"| {one_line(line)}", width) for line in lines[:_PRINTED_LINES])
    parts = [Text(f"printed on {one_line(instance)}", style="bold"), Text(quoted)]
    hidden = len(lines) - _PRINTED_LINES
    return parts if hidden <= 0 else [*parts, Text(f"{hidden} lines more: --json", style="dim")]


def _cut(line: str, width: int) -> str:
    # By cells, since some characters take two of them.
    return line if cell_len(line) <= width else f"{set_cell_size(line, width - 3)}..."


def instance_parts(
    measurements: Sequence[Measurement], means: Mapping[str, float], width: int
) -> list[Table | Text]:
    """Makes the table of instances, shortened in the middle, and a note on what it leaves out."""
    names = _fitting(measurements, list(means), width)
    found = table("instance", "score", *names)
    hidden = len(measurements) - 2 * _ENDS
    for i, m in enumerate(measurements):
        if hidden > 1 and _ENDS <= i < _ENDS + hidden:
            if i == _ENDS:
                found.add_row(Text(f"... {hidden} more", style="dim"))
            continue
        figures = [number(m.metrics[name]) if name in m.metrics else "-" for name in names]
        score = f"{m.score:.4f}" if m.fault is None else m.fault.rule
        found.add_row(one_line(m.instance), score, *figures, style="" if m.fault is None else "red")
    left_out = [name for name in means if name not in names]
    notes = ["instances"] if hidden > 1 else []
    notes += [f"metrics {', '.join(left_out)}"] if left_out else []
    note = Text(f"all {' and '.join(notes)}: --json", style="dim")
    return [found, note] if notes else [found]


def _fitting(measurements: Sequence[Measurement], names: list[str], width: int) -> list[str]:
    """Takes metrics from the left as long as their columns fit."""
    used, fitting = max(len(m.instance) for m in measurements) + 8, []
    for name in names:
        widest = max((len(number(m.metrics[name])) for m in measurements if name in m.metrics), default=1)
        used += max(len(name), widest) + 2
        if used > width:
            break
        fitting.append(name)
    return fitting
