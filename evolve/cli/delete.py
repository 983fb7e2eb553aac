"""`adrs delete RUN`: a run and its texts, gone for good."""

import sys
import time
from pathlib import Path

from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.run_names import run_named
from evolve.cli.terminal import harmless, size
from evolve.runs.deletion import Freed
from evolve.runs.store import Store


def delete_run(db: Path, run: str, *, yes: bool) -> Exit:
    """Deletes a run that nobody writes, after asking at a terminal.

    Raises:
        Misuse: Nobody can be asked, and nobody agreed beforehand.
        RunLocked: The run goes on.
    """
    with Store.open(db, create=False) as store:
        weighed = store.weigh(run_named(run), at=time.time())
        if not yes and not _agreed(run, weighed):
            say("nothing was deleted")
            return Exit.DONE
        freed = store.delete(run, at=time.time())
    say(f"deleted run {run!r}: {_told(freed)}; {db} keeps its size, and later runs take the room")
    return Exit.DONE


def _agreed(run: str, weighed: Freed) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Misuse(
            f"nothing was deleted: run {run!r} has {_told(weighed)}; agree to lose that with --yes, or put "
            f"the run away with: adrs archive {run}"
        )
    sys.stderr.write(harmless(f"delete run {run!r} for good, {_told(weighed)}? [y/N] "))
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _told(freed: Freed) -> str:
    kept = f" (its other {freed.kept:,} stay, since other runs name them)" if freed.kept else ""
    return f"{freed.events:,} events and {freed.texts:,} texts{kept}, {size(freed.size_bytes)}"
