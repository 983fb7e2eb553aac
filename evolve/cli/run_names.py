"""Names of runs: given, reserved, or made from problem and time."""

from datetime import datetime

from evolve.cli.exits import Misuse
from evolve.runs.store import Store

HOLDOUT_LOG = "holdout"
"""The reserved run in whose log every look at a holdout split is written."""


def run_named(name: str) -> str:
    """Checks that a name can be a run's.

    Raises:
        Misuse: It is reserved, or could not stand in a command.
    """
    if name.startswith("-") or "/" in name or any(map(str.isspace, name)):
        raise Misuse(f"expected a run name without spaces, slashes or a leading dash, but got {name!r}")
    if name == HOLDOUT_LOG:
        raise Misuse(f"the name {name!r} is reserved for the log of holdout looks; choose another")
    return name


def fresh_name(stem: str, store: Store) -> str:
    """Finds a name that no run has: the stem, else with a number behind."""
    taken = {row.name for row in store.runs()}
    number, name = 1, stem
    while name in taken or name == HOLDOUT_LOG:
        number += 1
        name = f"{stem}-{number}"
    return name


def dated(problem: str, now: float) -> str:
    """Names a run by its problem and the local time."""
    return f"{problem}-{datetime.fromtimestamp(now).astimezone():%Y%m%d-%H%M%S}"
