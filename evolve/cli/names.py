"""Names and files that a user gives, looked up; a wrong one is answered with those there are."""

import os
from collections.abc import Collection
from pathlib import Path

from evaluators.admission import SOURCE_BYTES, admit
from evolve.cli.exits import Misuse
from evolve.nearest import nearest
from problems.base import Baseline, Problem, Split
from sandbox import Mode
from sandbox.faults import Fault

BEST = "best"
"""Names whichever baseline of a problem has the highest recorded score."""


def choose(value: str, known: Collection[str], what: str) -> str:
    """Checks that a name, such as that of a `split`, is one of those there are.

    Raises:
        Misuse: It is not; the message lists them, the nearest first.
    """
    if value in known:
        return value
    raise Misuse(f"expected a {what}, but got {value!a}; there are: {', '.join(nearest(value, list(known)))}")


def split_named(name: str) -> Split:
    """Finds a split by name."""
    return Split(choose(name, [str(s) for s in Split], "split"))


def mode_named(name: str) -> Mode:
    """Finds a sandbox mode by name."""
    return Mode(choose(name, [str(m) for m in Mode], "sandbox mode"))


def baseline_named(problem: Problem, name: str) -> Baseline:
    """Finds a baseline by name; `best` is the one of the highest recorded score."""
    if name == BEST:
        return problem.best_baseline
    choose(name, [b.name for b in problem.baselines], f"baseline of {problem.name}")
    return problem.baseline(name)


def read_policy(path: Path) -> str | Fault:
    """Reads a policy's file and admits its bytes, or says by which rule it is refused.

    Raises:
        Misuse: There is no such file, or it cannot be read.
    """
    if path.is_dir():
        raise Misuse(f"expected a policy's file, but {path} is a directory; name the file in it")
    try:
        with path.open("rb") as file:
            return admit(file.read(max(SOURCE_BYTES + 1, path.stat().st_size)))
    except FileNotFoundError as error:
        raise Misuse(f"there is no file {path}; name an existing policy file") from error
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}; check its permissions") from error


def cores() -> int:
    """Counts the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
