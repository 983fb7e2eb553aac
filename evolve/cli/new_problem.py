"""`adrs new-problem`: a package of one's own problem that works, to be changed piece by piece."""

import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from evolve.cli.exits import Exit, Misuse
from evolve.cli.terminal import harmless
from evolve.scaffold.package import KINDS, package, refusal


def new_problem(name: str, *, kind: str | None, out: Path) -> Exit:
    """Writes the package into a new folder; nothing that exists is touched."""
    if kind is None or kind not in KINDS:
        raise Misuse(f"--kind: expected {' or '.join(KINDS)}, but got {kind or 'nothing'}")
    if (why := refusal(name)) is not None:
        raise Misuse(why)
    if not out.is_dir():
        raise Misuse(f"--out: expected a folder that exists, but {out} is none; make it first")
    folder = out / name
    _write(folder, package(name, KINDS[kind]))
    sys.stdout.write(harmless(_next_steps(folder, name)))
    return Exit.DONE


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Writes all files or none.

    Raises:
        Misuse: The folder is there already, or cannot be written.
    """
    try:
        folder.mkdir()
    except FileExistsError:
        raise Misuse(
            f"{folder} is there already, and nothing is overwritten; choose another name or --out"
        ) from None
    except OSError as error:
        raise Misuse(f"{folder} cannot be made: {error.strerror}") from error
    try:
        for place, text in files.items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Misuse(f"{folder} cannot be written: {error.strerror}") from error


def _next_steps(folder: Path, name: str) -> str:
    # Installers take a bare name for that of a published package.
    place = shlex.quote(str(folder if folder.is_absolute() else f"./{folder}"))
    return f"""{folder} is written: a problem that works. Install it, and see that it does:

  uv pip install --no-deps -e {place}
  pytest {place}
  adrs eval {name} --baseline best
  adrs run {name} --max-evals 100

Then make it yours: {folder / "README.md"} says in which order.
"""
