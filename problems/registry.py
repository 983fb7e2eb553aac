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
def _entries() -> dict[str, tuple[EntryPoint, ...]]:
    """Entry points by name: one each, unless packages contend for a name."""
    found: dict[str, dict[str, EntryPoint]] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda e: (e.name, e.value)):
        found.setdefault(entry.name, {})[entry.value] = entry
    return {name: tuple(entries.values()) for name, entries in found.items()}


def _is_ours(entry: EntryPoint) -> bool:
    return entry.module.split(".")[0] == __name__.split(".", maxsplit=1)[0]


def names() -> tuple[str, ...]:
    """Lists the installed problems in alphabetical order, whether or not they can be loaded."""
    return tuple(_entries())


def ignored() -> tuple[tuple[str, str], ...]:
    """Pairs of a name of ours and a sentence on who else claims it, in vain."""
    return tuple(
        (name, f"problem {name!r} of {entry.value} is ignored, since adrs has one of that name; rename it")
        for name, entries in _entries().items()
        for entry in entries
        if any(map(_is_ours, entries)) and not _is_ours(entry)
    )


@cache
def get(name: str) -> Problem:
    """Loads a problem.

    Raises:
        UnknownProblem: No installed package has it; the message lists those there are, the nearest first.
        BrokenProblem: Its package cannot be imported, or is no `Problem` of that name, or several packages
            that are not ours claim the name.
    """
    entries = _entries().get(name)
    if entries is None:
        near = difflib.get_close_matches(name, names(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise UnknownProblem(f"there is no problem {name!r}{hint} Installed: {', '.join(names()) or 'none'}")
    entry = _chosen(name, entries)
    try:
        problem = entry.load()
    except (Exception, SystemExit) as error:  # a boundary: a stranger's package may raise anything at import
        raise BrokenProblem(f"problem {name!r} ({entry.value}) cannot be imported: {error!r}") from error
    if not isinstance(problem, Problem) or problem.name != name:
        raise BrokenProblem(
            f"entry point {name!r} must name a Problem called {name!r}, but {entry.value} is not"
        )
    return problem


def _chosen(name: str, entries: tuple[EntryPoint, ...]) -> EntryPoint:
    """Takes ours, or the only one; between strangers there is no reason to prefer one."""
    chosen = [entry for entry in entries if _is_ours(entry)] or list(entries)
    if len(chosen) > 1:
        claims = " and ".join(entry.value for entry in entries)
        raise BrokenProblem(f"several packages claim the problem {name!r}: {claims}; uninstall all but one")
    return chosen[0]
