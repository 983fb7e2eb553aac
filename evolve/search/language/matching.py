"""Edits applied to a program, whose lines are found although a reply writes them a little otherwise."""

from collections.abc import Sequence
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
    """Applies edits in order, each to what the ones before left; all of them, or none.

    An edit that is written twice, as a draft and in the answer, is applied once.
    """
    if len(edits) > MOST_EDITS:
        return Misfit("too_many_edits", f"the reply has more than {MOST_EDITS} edits; write the program anew")
    lines = source.split("\n")
    for number, edit in enumerate(dict.fromkeys(edits), 1):
        result = _applied(lines, edit, number)
        if isinstance(result, Misfit):
            return result
        lines = result
    return "\n".join(lines)


def _applied(lines: list[str], edit: Edit, number: int) -> list[str] | Misfit:
    """Replaces what the strictest way of looking finds, if that is one place.

    First every character counts, then neither white space at ends nor how it is written, then nothing but how
    lines are indented to each other.
    """
    search, replace = _unpadded(edit.search), _unpadded(edit.replace)
    if not search:
        return Misfit("edit_not_found", f"block {number} searches for nothing; name lines of the program")
    places = _places(lines, edit.search)
    if places:
        found = _only(places, number)
        if isinstance(found, Misfit):
            return found
        return _replaced(lines, found, edit.search, _as_in(lines, edit.replace))
    there, wanted = [_level(line) for line in lines], [_level(line) for line in search]
    places = _places(there, wanted) or _shifted(there, wanted)
    if not places:
        return Misfit("edit_not_found", _nearest(lines, search, number))
    found = _only(places, number)
    if isinstance(found, Misfit):
        return found
    shift = _indent(there[found]) - _indent(wanted[0])
    is_tabbed = any(line.startswith("\t") for line in lines[found : found + len(search)])
    moved = [_moved(_spaced(line), shift) for line in replace]
    return _replaced(lines, found, search, [_tabbed(line) for line in moved] if is_tabbed else moved)


def _replaced(lines: list[str], place: int, search: Sequence[str], replace: Sequence[str]) -> list[str]:
    return [*lines[:place], *replace, *lines[place + len(search) :]]


def _only(places: Sequence[int], number: int) -> int | Misfit:
    if len(places) == 1:
        return places[0]
    told = ", ".join(str(place + 1) for place in places[:5])
    return Misfit(
        "ambiguous_edit", f"the SEARCH lines of block {number} stand at lines {told}; add lines around them"
    )


def _level(line: str) -> str:
    """A line with plain spaces only, and none at its end."""
    return visible(line).expandtabs(_TAB).rstrip()


def _spaced(line: str) -> str:
    """A line indented by plain spaces only, and with none at its end; what it says stays as it is."""
    text = line.lstrip()
    return (_level(f"{line[: len(line) - len(text)]}.")[:-1] + text).rstrip()


def _as_in(lines: Sequence[str], replace: Sequence[str]) -> Sequence[str]:
    """Indents by spaces what a reply indents by tabs, unless the program has tabs of its own."""
    if not any(line.startswith("\t") for line in replace) or any(line.startswith("\t") for line in lines):
        return replace
    return [_spaced(line) if line.startswith("\t") else line for line in replace]


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


def _shifted(there: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Where lines differ in nothing but how far all of them are indented."""
    return [
        place
        for place in _places([line.lstrip() for line in there], [line.lstrip() for line in wanted])
        if len({_indent(there[place + n]) - _indent(line) for n, line in enumerate(wanted) if line}) == 1
    ]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _moved(line: str, shift: int) -> str:
    if not line.strip():
        return ""
    return " " * shift + line if shift > 0 else line[min(-shift, _indent(line)) :]


def _tabbed(line: str) -> str:
    tabs = _indent(line) // _TAB
    return "\t" * tabs + line[tabs * _TAB :]


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
