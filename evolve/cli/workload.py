"""`adrs workload`: what a file of the user's own must hold, an example of one, and what is in one."""

import csv
import io
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.terminal import console, facts, harmless, number, one_line, table, write_json
from problems.base import FileForm, Problem
from problems.registry import get
from problems.sheets import Column
from problems.workload_file import ENDINGS, FEWEST_BLOCKS, OwnWorkload, is_file, opened, read

FEWEST_FOR_INTERVALS = 21
"""Blocks of which validation gets eight, the fewest for an interval."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a column of numbers holds."""

    least: float
    median: float
    most: float
    unit: str

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        ends = f"{number(self.least)} to {number(self.most)}{unit}, median {number(self.median)}"
        return f"{ends}, span {number(self.most - self.least)}" if self.unit == "s" else ends


@dataclass(frozen=True, slots=True)
class Texts:
    """What a column of texts holds.

    Attributes:
        share: Of the rows, that have the commonest.
    """

    distinct: int
    commonest: str
    share: float

    def __str__(self) -> str:
        if self.distinct == 1:
            return f"'{self.commonest[:40]}' in every row"
        most = f"'{self.commonest[:40]}' in {100 * self.share:.3g} %"
        return f"{number(self.distinct)} different, the commonest is {most} of rows"


def workload(problem: str, *, describe: Path | None, sample: bool, schema: bool, as_json: bool) -> Exit:
    """Shows one of the three: the columns, unless another is asked for."""
    if (describe is not None) + sample + schema > 1:
        raise Misuse("expected one of --schema, --sample and --describe FILE")
    found = get(problem)
    form = _form(found)
    if sample:
        _write_sample(form, as_json=as_json)
    elif describe is not None:
        _describe(found, read(found, describe), as_json=as_json)
    elif as_json:
        columns = [{**asdict(column), "kind": column.kind.__name__} for column in form.columns]
        write_json({"problem": problem, "about": form.about, "rows": form.most_rows, "columns": columns})
    else:
        _print_schema(found, form)
    return Exit.DONE


def introduce(problem: Problem, workload: str) -> None:
    """Says in one line what was read, if the workload is a file."""
    if not is_file(workload):
        return
    own = opened(problem, workload)
    parts = ", ".join(f"{split} {len(blocks)}" for split, blocks in own.splits.items())
    rows = f"{number(len(own.sheet.lines))} rows, {len(own.blocks)} {own.form.block} ({parts})"
    say(f"{own.path.name}: {rows}; more with: adrs workload {problem.name} --describe {own.path}")


def _form(problem: Problem) -> FileForm:
    if problem.file_form is None:
        raise Misuse(f"problem {problem.name!r} reads no files: its cases are not made from a list of rows")
    return problem.file_form


def _print_schema(problem: Problem, form: FileForm) -> None:
    out = console()
    out.print(f"A workload of your own for {problem.name}: a file {' or '.join(f'*{e}' for e in ENDINGS)},")
    out.print(f"UTF-8, its columns named in the first line, at most {form.most_rows:,} rows.")
    out.print()
    out.print(one_line(form.about))
    out.print()
    rows = table("column", "holds", "unit", "meaning", left=4)
    for column in form.columns:
        rows.add_row(column.name, _kind(column), column.unit, column.meaning)
    if form.columns:
        out.print(rows)
        out.print()
    blocks = (
        f"{form.block}, in order of time; a search needs {FEWEST_BLOCKS}, intervals {FEWEST_FOR_INTERVALS}"
    )
    out.print(
        facts(
            {
                "blocks": blocks,
                "splits": "the first is smoke; of the others 40 % search, 40 % validation, 20 % holdout",
                "example": f"adrs workload {problem.name} --sample > own.csv",
                "then": f"adrs eval {problem.name} --baseline best --workload own.csv",
            }
        )
    )


def _kind(column: Column) -> str:
    if column.kind is str:
        return "text"
    if column.kind is bool:
        return "0 or 1"
    what = "whole number" if column.kind is int else "number"
    return f"{what}, {number(column.least)} to {column.most:,.12g}"


def _write_sample(form: FileForm, *, as_json: bool) -> None:
    if as_json:
        raise Misuse("a sample is a CSV file; leave --json out")
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(form.sample())
    sys.stdout.write(text.getvalue())


def _describe(problem: Problem, own: OwnWorkload, *, as_json: bool) -> None:
    columns = {name: _summary(own, place) for place, name in enumerate(own.sheet.header)}
    splits = {str(s): (len(b), sum(map(len, b))) for s, b in own.splits.items()}
    if as_json:
        write_json(_as_json(problem, own, columns, splits))
        return
    out = console()
    out.print(f"{harmless(str(own.path))}, for {problem.name}")
    out.print()
    rows = table("column", "holds", left=2)
    for name, summary in columns.items():
        rows.add_row(one_line(name), one_line(str(summary)))
    out.print(rows)
    out.print()
    sizes = table("split", own.form.block, "cases", left=1)
    for split, (blocks, cases) in splits.items():
        sizes.add_row(split, number(blocks), number(cases))
    out.print(sizes)
    out.print()
    told = {"rows": number(len(own.sheet.lines))}
    if own.ignored:
        told["not read"] = ", ".join(own.ignored)
    told["search"] = _searchable(own)
    out.print(facts(told))


def _searchable(own: OwnWorkload) -> str:
    if len(own.blocks) < FEWEST_BLOCKS:
        return (
            f"no: it has {len(own.blocks)} {own.form.block}, and a search needs {FEWEST_BLOCKS}; "
            "adrs eval measures on all of them"
        )
    return "yes"


def _summary(own: OwnWorkload, place: int) -> Numbers | Texts:
    values = [line.values[place] for line in own.sheet.lines]
    column = own.form.columns[place] if own.form.columns else None
    if column is None or column.kind in (str, bool):
        return _texts(values)
    return Numbers(min(values), median(values), max(values), column.unit)


def _texts(values: Sequence[str | bool]) -> Texts:
    (commonest, count), *_ = Counter(values).most_common(1)
    told = commonest if isinstance(commonest, str) else str(int(commonest))
    return Texts(len(set(values)), told, count / len(values))


def _as_json(
    problem: Problem,
    own: OwnWorkload,
    columns: Mapping[str, Numbers | Texts],
    splits: Mapping[str, tuple[int, int]],
) -> Mapping[str, Any]:
    return {
        "problem": problem.name,
        "file": str(own.path),
        "rows": len(own.sheet.lines),
        "columns": {name: asdict(summary) for name, summary in columns.items()},
        "not_read": list(own.ignored),
        "blocks": len(own.blocks),
        "splits": {name: {"blocks": blocks, "cases": cases} for name, (blocks, cases) in splits.items()},
        "searchable": len(own.blocks) >= FEWEST_BLOCKS,
    }
