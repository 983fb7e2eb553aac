"""How every benchmark shows its figures: a table for people, one JSON object for programs."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from evaluators.machine import machine

Row = Mapping[str, str | int | float | None]


def arguments(description: str) -> argparse.ArgumentParser:
    """Makes a parser that every benchmark starts from: it has `--json`."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=description, formatter_class=form)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    return parser


def show(name: str, rows: Sequence[Row], *, as_json: bool, note: str = "") -> None:
    """Prints the rows with the machine they were measured on."""
    described = machine()
    if as_json:
        print(
            json.dumps(
                {"benchmark": name, "machine": described, "note": note, "rows": [dict(r) for r in rows]}
            )
        )
        return
    table = Table(title=name, title_justify="left", caption=note or None, caption_justify="left")
    for column in rows[0]:
        table.add_column(column, justify="left" if isinstance(rows[0][column], str) else "right")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(", ".join(f"{key} {value}" for key, value in described.items()))
    console.print(table)


def _cell(value: str | float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
