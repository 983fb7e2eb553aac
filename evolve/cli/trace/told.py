"""A trace as it is printed: what each policy came to, where they part, and the rows around that."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from evaluators.timeline import DECISION, Cell, Parting, Row
from evaluators.values import Measurement
from evolve.cli.report import sandbox_sentence
from evolve.cli.terminal import console, facts, harmless, number, one_line, table, write_json
from evolve.runs.setting import Setting
from problems.base import Split
from sandbox import Mode
from sandbox.faults import Fault

_BEFORE: Final = 2
_SHOWN: Final = 8
_FEWEST_COLUMNS: Final = 2
_CELL_WIDTH: Final = 12


@dataclass(frozen=True, slots=True)
class Told:
    """A policy on the instance.

    Attributes:
        measurement: None of a source that never was a policy.
        fault: What ended it, if anything did; its rows are those until then.
    """

    name: str
    measurement: Measurement | None
    fault: Fault | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """One policy, or two, on one instance.

    Attributes:
        parting: Where the second first decides differently; None if never, or if there is no second.
    """

    setting: Setting
    split: Split
    instance: str
    policies: tuple[Told, ...]
    parting: Parting | None
    mode: Mode
    notes: tuple[str, ...]


def write_trace_json(trace: Trace) -> None:
    """Prints all of it as one object."""
    write_json(
        {
            "problem": trace.setting.problem.name,
            "workload": trace.setting.workload,
            "split": str(trace.split),
            "instance": trace.instance,
            "policies": [_as_json(told) for told in trace.policies],
            "first_difference": None
            if trace.parting is None
            else {
                "row": trace.parting.index,
                "rows": [None if row is None else dict(row) for row in trace.parting.rows],
                "seen_from": trace.parting.seen,
            },
            "sandbox": str(trace.mode),
            "sandbox_notes": list(trace.notes),
        }
    )


def _as_json(told: Told) -> Mapping[str, Any]:
    fault = told.fault
    return {
        "name": told.name,
        "score": None if told.measurement is None else told.measurement.score,
        "metrics": {} if told.measurement is None else dict(told.measurement.metrics),
        "fault": None
        if fault is None
        else {
            "kind": str(fault.kind),
            "rule": fault.rule,
            "message": fault.message,
            "element": fault.element,
        },
        "rows": [dict(row) for row in told.rows],
    }


def print_trace(trace: Trace, out: Path | None) -> None:
    """Prints it in words, and some of the rows."""
    screen, setting = console(), trace.setting
    where = f"{setting.problem.name}, {setting.workload} workload, {trace.split}: {trace.instance}"
    screen.print(Text(harmless(where), style="bold"))
    screen.print()
    rows = {one_line(told.name): _came_to(told) for told in trace.policies}
    if len(trace.policies) > 1:
        rows |= _difference(trace)
    rows["rows"] = _rows_told(trace, out)
    rows["sandbox"] = sandbox_sentence(trace.mode, trace.notes)
    screen.print(facts(rows))
    first = 0 if trace.parting is None else max(trace.parting.index - _BEFORE, 0)
    for told in trace.policies:
        if told.rows[first:]:
            screen.print()
            screen.print(Text(harmless(told.name), style="bold"))
            screen.print(_table(told.rows[first : first + _SHOWN], screen.width))


def _came_to(told: Told) -> str:
    if told.measurement is None or told.fault is not None:
        assert told.fault is not None, "what was not measured was refused"
        until = "; told up to there" if told.rows else ""
        return f"{told.fault.kind}: {told.fault.message}{until}"
    metrics = ", ".join(f"{name} {number(value)}" for name, value in told.measurement.metrics.items())
    return f"score {told.measurement.score:.4f}; {metrics}"


def _difference(trace: Trace) -> dict[str, str]:
    found = trace.parting
    silent = [told.name for told in trace.policies if not told.rows]
    if silent:
        return {"first difference": f"unknown, since {silent[0]} decided nothing"}
    if found is None:
        return {"first difference": "none: they decide alike to the end"}
    kind = "position" if trace.setting.problem.one_shot else "step"
    first, second = (_decided(row) for row in found.rows)
    told = {"first difference": f"{kind} {found.index}: {first}, against {second}"}
    if not trace.setting.problem.one_shot:
        apart = "the same to the end" if found.seen is None else f"different from step {found.seen} on"
        told["what they see"] = apart
    return told


def _decided(row: Row | None) -> str:
    if row is None:
        return "nothing any more"
    cells = {key: _cell(cell) for key, cell in row.items() if key.startswith(DECISION)}
    if set(cells) == {DECISION}:
        return cells[DECISION]
    return ", ".join(f"{key.removeprefix(f'{DECISION}_')} {cell}" for key, cell in cells.items())


def _rows_told(trace: Trace, out: Path | None) -> str:
    counts = " and ".join(str(len(told.rows)) for told in trace.policies)
    return f"{counts}, {'all with --out FILE.csv' if out is None else f'in {out}'}"


def _table(rows: tuple[Row, ...], width: int) -> Table:
    """Some rows, and of their columns the place, the decision and as many of the last as fit."""
    every = list(dict.fromkeys(key for row in rows for key in row))
    leading = [every[0], *(key for key in every if key.startswith(DECISION))]
    lines = {key: max(len(key), *(len(_cell(row.get(key, ""))) for row in rows)) for key in every}
    shown, left = set(leading), width - sum(lines[key] + 2 for key in leading)
    for key in (key for key in reversed(every) if key not in leading):
        left -= lines[key] + 2
        if left < 0:
            break
        shown.add(key)
    columns = [key for key in every if key in shown]
    found = table(*columns, left=1 + sum(key.startswith(DECISION) for key in columns))
    for row in rows:
        found.add_row(*(_cell(row.get(key, "")) for key in columns))
    return found


def _cell(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return one_line(cell) if isinstance(cell, str) else number(cell)
