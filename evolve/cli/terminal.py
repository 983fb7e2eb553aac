"""What reaches the terminal: consoles, text of strangers made harmless, numbers made short, JSON."""

import json
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

PIPED_COLUMNS = 120
"""Width where there is no terminal; `COLUMNS` overrules it."""


def console(*, stderr: bool = False) -> Console:
    """Makes a console that takes every text as it is: nothing in it is markup."""
    found = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = PIPED_COLUMNS
    return found


def harmless(text: str) -> str:
    """Escapes whatever could move a cursor or hide text; line ends and tabs stay."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode("ascii") for c in text
    )


def one_line(text: str) -> str:
    """Escapes line ends and tabs as well."""
    return harmless(text).replace("\n", "\\n").replace("\t", "\\t")


def table(*columns: str, left: int = 1, title: str | None = None) -> Table:
    """Makes a table without lines; the first `left` columns hold words, the others numbers."""
    found = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for i, column in enumerate(columns):
        found.add_column(column, justify="left" if i < left else "right", no_wrap=i == 0 or i >= left)
    return found


def facts(rows: Mapping[str, str]) -> Table:
    """Makes a list of labelled facts; long ones wrap under themselves."""
    found = Table.grid(padding=(0, 2))
    found.add_column(style="dim", no_wrap=True)
    found.add_column(overflow="fold")
    for label, fact in rows.items():
        found.add_row(label, Text(harmless(fact)))
    return found


def code(source: str, out: Console) -> Syntax | Text:
    """Makes a source fit to be printed, in colour on a terminal."""
    text = harmless(source.strip())
    if out.is_terminal:
        return Syntax(text, "python", theme="ansi_light", background_color="default", word_wrap=True)
    return Text(text)


def write_json(value: Mapping[str, Any]) -> None:
    """Prints one object on one line, in ASCII, so that it holds any string and harms no terminal."""
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")


def number(value: float) -> str:
    """Shows a figure in about six digits, grouped by thousands."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def seconds(value: float) -> str:
    """Shows a duration in the unit that suits it."""
    if value < 0.001:
        return f"{value * 1e6:.3g} us"
    if value < 1:
        return f"{value * 1e3:.3g} ms"
    return f"{value:.3g} s" if value < 120 else whole(value)


def whole(value_s: float) -> str:
    """Shows a duration that passes while it is read: whole seconds, minutes or hours."""
    if value_s < 120:
        return f"{value_s:.0f} s"
    return f"{value_s / 60:.0f} min" if value_s < 7200 else f"{value_s / 3600:.1f} h"


def size(value: float) -> str:
    """Shows a number of bytes."""
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.3g} {unit}"
        value /= 1024
    return f"{value:.3g} GiB"


def local_time(at: float) -> str:
    """Shows a moment in local time, to the minute."""
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M}"
