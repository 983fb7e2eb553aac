"""A trace as files: CSV or Parquet, a row a decision, the policy first; or a picture."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final

from evaluators.timeline import Cell, Row
from evolve.cli.exits import ExtraMissing, Misuse, say
from evolve.cli.written import write_whole
from evolve.figures.style import SUFFIXES, Picture, rendered

Named = Sequence[tuple[str, Sequence[Row]]]
"""Rows by policy."""

POLICY: Final = "policy"


def refuse_rows(path: Path, *, force: bool) -> None:
    """Looks, before anything is measured, whether rows could be written to a file.

    Raises:
        Misuse: It is of another kind, is there already, or its folder is not.
        ExtraMissing: Its kind needs packages that are not installed.
    """
    _refuse(path, tuple(_WRITERS), force=force)
    missing = [package for package in _NEEDED.get(path.suffix.lower(), ()) if find_spec(package) is None]
    if missing:
        raise ExtraMissing(
            f"a file *{path.suffix} needs {', '.join(missing)}, which is not installed; install it with: "
            f"python -m pip install {' '.join(missing)}, or write a CSV file"
        )


def refuse_picture(path: Path, *, force: bool) -> None:
    """Looks, before anything is measured, whether a picture could be drawn into a file.

    Raises:
        Misuse: As for rows.
        ExtraMissing: The package that draws is not installed.
    """
    _refuse(path, SUFFIXES, force=force)
    if find_spec("matplotlib") is None:
        raise ExtraMissing(
            "pictures are drawn with matplotlib, which is not installed; install it with: "
            "python -m pip install 'adrs[figures]', or take the rows with --out FILE.csv"
        )


def _refuse(path: Path, suffixes: Sequence[str], *, force: bool) -> None:
    if path.suffix.lower() not in suffixes:
        raise Misuse(f"expected a file *{' or *'.join(suffixes)}, but got {path}")
    if not path.parent.is_dir():
        raise Misuse(
            f"{path} cannot be written: there is no folder {path.parent}; make it, or choose another"
        )
    if path.is_dir():
        raise Misuse(f"{path} is a directory; name a file in it")
    if path.exists() and not force:
        raise Misuse(f"{path} exists and was not touched; choose another file, or add --force")


def write_rows(path: Path, named: Named, *, force: bool) -> None:
    """Writes rows of one policy or more, in the form that the file's name says.

    Raises:
        Misuse: The file came to be meanwhile, or cannot be written.
    """
    write_whole(path, _WRITERS[path.suffix.lower()](named), force=force)
    say(f"wrote {sum(len(rows) for _, rows in named)} rows to {path}")


def write_picture(path: Path, picture: Picture, *, force: bool) -> None:
    """Draws a picture, and says what was found wanting.

    Raises:
        Misuse: The file came to be meanwhile, or cannot be written.
    """
    content, doubts = rendered(picture, path.suffix.lower(), wide=True)
    write_whole(path, content, force=force)
    say(f"wrote {path}. {' '.join(picture.caption)}")
    for doubt in doubts:
        say(doubt)


def _columns(named: Named) -> list[str]:
    return [POLICY, *dict.fromkeys(key for _, rows in named for row in rows for key in row)]


def _csv(named: Named) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _columns(named), restval="", lineterminator="\n")
    writer.writeheader()
    for name, rows in named:
        writer.writerows({POLICY: name, **row} for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _parquet(named: Named) -> bytes:
    import pandas as pd

    every = [{POLICY: name, **row} for name, rows in named for row in rows]
    columns = {key: _alike([row.get(key) for row in every]) for key in _columns(named)}
    content = io.BytesIO()
    pd.DataFrame(columns).to_parquet(content, engine="pyarrow", index=False)
    return content.getvalue()


def _alike(cells: Sequence[Cell | None]) -> Sequence[Cell | None]:
    """A column of one type: where cells are texts and numbers, all become texts."""
    kinds = {float if isinstance(cell, int | float) else str for cell in cells if cell not in {None, ""}}
    if kinds == {float}:
        return [None if cell == "" else cell for cell in cells]
    return [None if cell is None else str(cell) for cell in cells]


_WRITERS: Final[Mapping[str, Callable[[Named], bytes]]] = MappingProxyType(
    {".csv": _csv, ".parquet": _parquet}
)
_NEEDED: Final[Mapping[str, Sequence[str]]] = MappingProxyType({".parquet": ("pandas", "pyarrow")})
