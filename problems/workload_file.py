"""Workloads of a user's own: a CSV file is named by its content, read line by line, and cut into splits.

Nothing of a file is used before all of it is valid. Its blocks are cut in order of time, so that a search
never sees what comes after: the first is SMOKE, then come SEARCH, VALIDATION and HOLDOUT.
"""

import csv
import gzip
import hashlib
import io
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from problems.base import FileForm, Instance, Problem, Split
from problems.sheets import BadLine, Column, Line, Sheet

ENDINGS = (".csv", ".csv.gz")
MOST_BYTES = 256 << 20
"""Of a file's content: more is read by no one line by line, and would fill the memory of every worker."""

FEWEST_BLOCKS = 4
"""That a search needs: one for each of its splits."""

DIGITS = 16
"""Hexadecimal digits of the content's digest in the name of a workload."""

_INTEGER = re.compile(r"[+-]?\d{1,18}")


class WorkloadRefused(Exception):  # noqa: N818 - reads as what happened
    """A workload of the user's own cannot be used; the message names the file, the line, and what to do."""


def is_file(workload: str) -> bool:
    """Whether the name of a workload is that of a file."""
    return workload.partition("#")[0].endswith(ENDINGS)


def named(workload: str) -> str:
    """Names a file's workload by its path and its content; other names stay what they are.

    Raises:
        WorkloadRefused: The file cannot be read.
    """
    if not is_file(workload) or "#" in workload:
        return workload
    path = Path(workload).expanduser().absolute()
    return f"{path}#{_digest(_content(path))}"


def spoken(workload: str) -> str:
    """Tells a workload to people: of a file its name and the first digits of its content."""
    path, _, digest = workload.partition("#")
    return f"{Path(path).name} ({digest[:8]})" if digest else workload


@dataclass(frozen=True, slots=True)
class OwnWorkload:
    """A file that was read to its end and is valid.

    Attributes:
        ignored: Columns that the problem does not read.
        blocks: Drafts of instances, by block, in order of time.
    """

    path: Path
    form: FileForm
    sheet: Sheet
    ignored: tuple[str, ...]
    blocks: Sequence[Sequence[Any]]

    @property
    def splits(self) -> Mapping[Split, Sequence[Sequence[Any]]]:
        """Blocks of each split; of few blocks all are VALIDATION."""
        if len(self.blocks) < FEWEST_BLOCKS:
            return {Split.VALIDATION: self.blocks}
        first, *rest = self.blocks
        holdout, validation = max(1, len(rest) // 5), max(1, 2 * len(rest) // 5)
        search = len(rest) - validation - holdout
        return {
            Split.SMOKE: [first[:1]],
            Split.SEARCH: rest[:search],
            Split.VALIDATION: rest[search : search + validation],
            Split.HOLDOUT: rest[search + validation :],
        }

    def instances(self, split: Split) -> tuple[Instance, ...]:
        """Makes the instances of a split that it has."""
        return tuple(self.form.instances([draft for block in self.splits[split] for draft in block]))


def opened(problem: Problem, workload: str) -> OwnWorkload:
    """Reads a workload that is a file, once per process and content.

    Args:
        workload: As `named` gave it.

    Raises:
        WorkloadRefused: The file is not there, has another content, or is not valid for this problem.
    """
    form = problem.file_form
    if form is None:
        raise WorkloadRefused(f"problem {problem.name!r} cannot be asked about a file of your own")
    place, _, digest = workload.partition("#")
    return _opened(form, _found(Path(place), digest), digest)


def read(problem: Problem, path: Path) -> OwnWorkload:
    """Reads a file, whatever its content.

    Raises:
        WorkloadRefused: As `opened`.
    """
    return opened(problem, named(str(path)))


@lru_cache(maxsize=2)
def _opened(form: FileForm, path: Path, digest: str) -> OwnWorkload:
    if not path.name.endswith(ENDINGS):
        raise WorkloadRefused(f"expected a file {' or '.join(f'*{e}' for e in ENDINGS)}, but got {path}")
    content = _content(path)
    if _digest(content) != digest:
        raise WorkloadRefused(
            f"{path} holds another content ({_digest(content)[:8]}) than the workload that was named "
            f"({digest[:8]}): put the old file back, or start anew with the new one"
        )
    try:
        sheet, ignored = _sheet(form, content)
        blocks = form.drafts(sheet)
    except BadLine as error:
        raise WorkloadRefused(f"{path}, line {error.number}: {error}") from error
    return OwnWorkload(path, form, sheet, ignored, blocks)


def _found(path: Path, digest: str) -> Path:
    """Finds a file where it was, or by its name in the current folder, as on another machine."""
    here = Path(path.name)
    if path.is_file() or not here.is_file():
        return path
    return here.absolute() if _digest(_content(here)) == digest else path


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def _content(path: Path) -> bytes:
    """Reads a file, unpacked.

    Raises:
        WorkloadRefused: It is not there, cannot be read, is damaged, or is larger than any that is taken.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise WorkloadRefused(f"there is no file {path}; name an existing workload file") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or f"it is no whole gzip file ({error})"
        raise WorkloadRefused(f"{path} cannot be read: {reason}") from error
    if len(content) > MOST_BYTES:
        raise WorkloadRefused(
            f"{path} holds more than {MOST_BYTES >> 20} MiB; take a part of it, such as fewer days"
        )
    return content


def _sheet(form: FileForm, content: bytes) -> tuple[Sheet, tuple[str, ...]]:
    """Reads the lines of a file, and which of its columns are not needed."""
    rows = _rows(_text(content))
    _, header = next(rows, (1, []))
    places = _places(form, header)
    lines = []
    for number, row in islice(rows, form.most_rows + 1):
        if len(row) != len(header):
            raise BadLine(number, f"expected {len(header)} cells, as in the header, but got {len(row)}")
        lines.append(Line(number, _values(form, number, [row[place] for place in places])))
    if len(lines) > form.most_rows:
        last = lines[-1].number
        raise BadLine(
            last, f"expected at most {form.most_rows:,} rows; take a part of the file, such as fewer days"
        )
    if not lines:
        raise BadLine(1, "expected rows after the header, but there is none")
    chosen = tuple(header[place] for place in places)
    return Sheet(chosen, lines), tuple(name for name in header if name not in chosen)


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise BadLine(line, f"expected UTF-8, but got byte 0x{byte:02x}; save the file as UTF-8") from error
    if "\0" in text:
        raise BadLine(text.count("\n", 0, text.index("\0")) + 1, "expected text, but got a NUL character")
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yields rows that are not empty, each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise BadLine(number, f"expected a row of CSV, but {error}") from error
        if row is None:
            return
        if row:
            yield number, row


def _places(form: FileForm, header: Sequence[str]) -> list[int]:
    """Finds the place of each column that the problem reads."""
    names = [name.strip() for name in header]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadLine(1, f"expected every column once, but {twice!a} is there {names.count(twice)} times")
    if not form.columns:
        return list(range(len(names)))
    missing = [column.name for column in form.columns if column.name not in names]
    if missing:
        asked = ",".join(column.name for column in form.columns)
        found = ",".join(names)
        raise BadLine(
            1, f"expected the columns {asked}, but the header lacks {', '.join(missing)}: {found:.200}"
        )
    return [names.index(column.name) for column in form.columns]


def _values(form: FileForm, number: int, cells: Sequence[str]) -> tuple[Any, ...]:
    if not form.columns:
        return tuple(cells)
    return tuple(_value(number, c, cell) for c, cell in zip(form.columns, cells, strict=True))


def _value(number: int, column: Column, cell: str) -> str | float:
    """Reads a cell as what its column holds."""
    if column.kind is str:
        return cell
    text = cell.strip()
    if column.kind is bool:
        if text not in {"0", "1"}:
            raise BadLine(number, f"expected {column.name} to be 0 or 1, but got {cell!a:.40}")
        return text == "1"
    value = _number(text, column.kind)
    if value is None:
        what = "a whole number" if column.kind is int else "a number"
        raise BadLine(number, f"expected {column.name} to be {what}, but got {cell!a:.40}")
    if not column.least <= value <= column.most:
        unit = f" {column.unit}" if column.unit else ""
        raise BadLine(
            number,
            f"expected {column.name} between {column.least:.13g} and {column.most:.13g}{unit}, "
            f"but got {cell!a:.40}",
        )
    return value


def _number(text: str, kind: type) -> float | None:
    if kind is int:
        return int(text) if _INTEGER.fullmatch(text) else None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None
