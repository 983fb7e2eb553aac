"""A table of a user's own."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from problems.base import FileForm, Instance, Split
from problems.llm_sql.bound import bounded
from problems.llm_sql.instances import ROWS, generate, instance
from problems.llm_sql.tables import Table
from problems.sheets import BadLine, Sheet

FEWEST_ROWS = 20
FEW_ROWS, PARTS = 500, 21
"""Smaller tables are cut into parts of so many rows at least, but into no more parts than intervals need."""

MOST_ROWS = 120_000
MOST_COLUMNS = 12
"""The bound looks at every subset of them."""


def _drafts(sheet: Sheet) -> list[list[tuple[str, Table]]]:
    """Cuts the table into nearly equal parts of consecutive rows, each a block."""
    header, lines = sheet
    if not 2 <= len(header) <= MOST_COLUMNS:
        raise BadLine(1, f"expected 2 to {MOST_COLUMNS} columns, but got {len(header)}; leave some out")
    if len(lines) < FEWEST_ROWS:
        raise BadLine(lines[-1].number, f"expected {FEWEST_ROWS} rows or more, but got {len(lines)}")
    parts = max(-(-len(lines) // ROWS), min(len(lines) // FEW_ROWS, PARTS), 1)
    edges = [round(part * len(lines) / parts) for part in range(parts + 1)]
    return [
        [(f"rows-{first:06}", Table(header, tuple(line.values for line in lines[first:last])))]
        for first, last in pairwise(edges)
    ]


def _instances(drafts: Sequence[tuple[str, Table]]) -> tuple[Instance, ...]:
    return bounded([instance(name, table) for name, table in drafts])


def _sample() -> Iterator[tuple[str, ...]]:
    (one,) = generate(Split.SMOKE)
    table: Table = one.data
    yield table.columns
    yield from table.rows


FORM = FileForm(
    columns=(),
    about=(
        "Any table, its cells taken as text. A row is a row of the table. Consecutive rows are cut into "
        f"nearly equal parts of {FEW_ROWS:,} to {ROWS:,}, each an instance and a block. No columns are "
        "merged, and none is known to determine another."
    ),
    block="parts",
    drafts=_drafts,
    instances=_instances,
    sample=_sample,
    most_rows=MOST_ROWS,
)
