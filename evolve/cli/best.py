"""`adrs best`: the champion's source."""

import sys
from pathlib import Path

from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.run_names import run_named
from evolve.cli.terminal import harmless, write_json
from evolve.runs.history import champion_source
from evolve.runs.store import Store, digest


def print_json(db: Path, run: str) -> Exit:
    """Prints run, step, id and source of the champion as one object; nulls where there is none."""
    with Store.open(db, create=False) as store:
        found = champion_source(store, run_named(run))
    step, source = found or (None, None)
    write_json({"run": run, "step": step, "id": source and digest(source), "source": source})
    return Exit.POLICY if found is None else Exit.DONE


def hand_over(db: Path, run: str, *, out: Path | None, force: bool) -> Exit:
    """Writes the champion's source to a file or to the output."""
    with Store.open(db, create=False) as store:
        found = champion_source(store, run_named(run))
    if found is None:
        say(f"run {run!r} has no champion: no candidate got through validation without a fault")
        return Exit.POLICY
    step, source = found
    if out is None:
        _print_source(source)
    else:
        write_source(out, source, force=force)
        say(f"wrote the champion of {run!r}, step {step}, to {out}")
    return Exit.DONE


def _print_source(source: str) -> None:
    """Prints a source: byte for byte into a pipe, harmless on a terminal."""
    if sys.stdout.isatty():
        sys.stdout.write(harmless(source))
    else:
        sys.stdout.buffer.write(source.encode("utf-8", "surrogatepass"))


def write_source(path: Path, source: str, *, force: bool) -> None:
    """Writes a source to a file, over another one only by force.

    Raises:
        Misuse: There is one, or it cannot be written.
    """
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(source.encode("utf-8", "surrogatepass"))
    except FileExistsError as error:
        raise Misuse(f"{path} exists and was not touched; choose another file, or add --force") from error
    except OSError as error:
        raise Misuse(f"{path} cannot be written: {error.strerror}; choose another file") from error
