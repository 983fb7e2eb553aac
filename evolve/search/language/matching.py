"""Edits applied to a program, whose lines are found although a reply writes them a little otherwise."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from evolve.search.language.blocks import MOST_EDITS, Edit, Misfit
from evolve.search.language.fences import visible

_TAB: Final = 4
_MOST_PLACES: Final = 100
"""Places that are looked at; lines that stand at more of them are found by nobody."""
_MOST_LINES: Final = 2000
_LONGEST: Final = 100
"""Lines of a program, and characters of each, among which the nearest is looked for."""
_ALIKE: Final = 0.5
"""Share of pairs of characters in common from which on a line is near to another."""


def applied(source: str, edits: Sequence[Edit]) -> str | Misfit:
    """Applies edits in order, each to what the ones before left; all of them, or none."""
    if len(edits) > MOST_EDITS:
        return Misfit("too_many_edits", f"the reply has more than {MOST_EDITS} hunks; write the program anew")
    lines = source.split("\n")
    for number, edit in enumerate(edits, 1):
        result = _applied(lines, edit, number)
        if isinstance(result, Misfit):
            return result
        lines = result
    return "\n".join(lines)


def _applied(lines: list[str], edit: Edit, number: int) -> list[str] | Misfit:
    """Replaces what the strictest way of looking finds, if that is one place."""
    if not any(line.strip() for line in edit.search):
        return Misfit("edit_not_found", f"block {number} searches for nothing; name lines of the program")
    for search, replace, there in _ways(lines, edit):
        places = _places(there, search)
        if len(places) > 1:
            return _ambiguous(places, number)
        if places:
            return [*lines[: places[0]], *replace, *lines[places[0] + len(search) :]]
    return _shifted(lines, edit, number)


def _ambiguous(places: Sequence[int], number: int) -> Misfit:
    told = ", ".join(str(place + 1) for place in places[:5])
    return Misfit(
        "ambiguous_edit", f"the SEARCH lines of block {number} stand at lines {told}; add lines around them"
    )


def _ways(lines: list[str], edit: Edit) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """Yields what to look for, what to put there, and among which lines to look; the strictest way first."""
    yield edit.search, edit.replace, lines
    search, replace = _unpadded(edit.search), _unpadded(edit.replace)
    ways: tuple[tuple[Sequence[str], Sequence[str], Callable[[str], str]], ...] = (
        (edit.search, edit.replace, str.rstrip),
        (search, replace, str.rstrip),
        (search, replace, _level),
    )
    for wanted, instead, normal in ways:
        yield [normal(line) for line in wanted], instead, [normal(line) for line in lines]


def _level(line: str) -> str:
    """A line with plain spaces only, and none at its end."""
    return visible(line).expandtabs(_TAB).rstrip()


def _unpadded(lines: Sequence[str]) -> Sequence[str]:
    """Drops blank lines at both ends."""
    full = [number for number, line in enumerate(lines) if line.strip()]
    return lines[full[0] : full[-1] + 1] if full else ()


def _places(lines: Sequence[str], search: Sequence[str]) -> list[int]:
    """Where lines follow each other, in time linear in the text, as a search in one string is."""
    text, wanted = _joined(lines), _joined(search)
    places, position, line = list[int](), 0, 0
    while len(places) < _MOST_PLACES and (found := text.find(wanted, position)) >= 0:
        line += text.count("\n", position, found)
        places.append(line)
        position, line = found + 1, line + 1
    return places


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(["", *lines, ""])


def _shifted(lines: list[str], edit: Edit, number: int) -> list[str] | Misfit:
    """Looks for lines that differ in nothing but how far all of them are indented."""
    search, replace = _unpadded(edit.search), _unpadded(edit.replace)
    there, wanted = [_level(line) for line in lines], [_level(line) for line in search]
    places = [
        place
        for place in _places([line.lstrip() for line in there], [line.lstrip() for line in wanted])
        if len({_indent(there[place + n]) - _indent(line) for n, line in enumerate(wanted) if line}) == 1
    ]
    if len(places) > 1:
        return _ambiguous(places, number)
    if not places:
        return Misfit("edit_not_found", _nearest(lines, search, number))
    shift = _indent(there[places[0]]) - _indent(wanted[0])
    moved = [_moved(visible(line).expandtabs(_TAB), shift) for line in replace]
    return [*lines[: places[0]], *moved, *lines[places[0] + len(search) :]]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _moved(line: str, shift: int) -> str:
    if not line.strip():
        return ""
    return " " * shift + line if shift > 0 else line[min(-shift, _indent(line)) :]


def _nearest(lines: Sequence[str], search: Sequence[str], number: int) -> str:
    """Says which line is not there, and what is in its stead."""
    there = [line.strip() for line in lines[:_MOST_LINES]]
    known = set(there)
    missing = next((line.strip() for line in search if line.strip() not in known), None)
    if missing is None:
        return f"the SEARCH lines of block {number} are in the program, but not one after the other as given"
    told = f"line {missing!r:.70} of block {number} is not in the program"
    wanted = _pairs(missing)
    likeness, near = max(
        ((_likeness(wanted, _pairs(line)), line) for line in there), key=lambda pair: pair[0]
    )
    return f"{told}; the nearest is {near!r:.70}" if likeness >= _ALIKE else told


def _pairs(line: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(line[:_LONGEST])))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other) or 1)
