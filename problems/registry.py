"""Finds problems by name, ours and those of installed packages: entry-point group `adrs.problems`."""

import difflib
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from problems.base import Problem

GROUP = "adrs.problems"


class UnknownProblem(Exception):  # noqa: N818 - reads as what happened
    """No problem of that name is installed."""


class BrokenProblem(Exception):  # noqa: N818 - reads as what happened
    """A problem package is installed but cannot be used; the others still can."""


@cache
def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP), key=lambda e: (e.name, e.value))}


def names() -> tuple[str, ...]:
    """Lists the installed problems in alphabetical order, whether or not they can be loaded."""
    return tuple(_entries())


@cache
def get(name: str) -> Problem:
    """Loads a problem.

    Raises:
        UnknownProblem: No installed package has it; the message lists those there are, the nearest first.
        BrokenProblem: Its package cannot be imported, or is no `Problem` of that name.
    """
    entry = _entries().get(name)
    if entry is None:
        near = difflib.get_close_matches(name, names(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise UnknownProblem(f"there is no problem {name!r}{hint} Installed: {', '.join(names()) or 'none'}")
    try:
        problem = entry.load()
    except Exception as error:  # a boundary: a stranger's package may raise anything at import
        raise BrokenProblem(f"problem {name!r} ({entry.value}) cannot be imported: {error!r}") from error
    if not isinstance(problem, Problem) or problem.name != name:
        raise BrokenProblem(
            f"entry point {name!r} must name a Problem called {name!r}, but {entry.value} is not"
        )
    return problem
