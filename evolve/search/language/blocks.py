"""Edits in a reply: SEARCH/REPLACE blocks and unified diffs, found in it and applied to a program."""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

MOST_EDITS: Final = 200
"""More edits in one reply are no edit; the bound keeps hostile replies cheap."""
_TAB: Final = 4
_SEARCH: Final = re.compile(r"\s*<{5,10}\s*(?:search|original|old)\b.*", re.IGNORECASE)
_DIVIDER: Final = re.compile(r"\s*={5,10}\s*")
_REPLACE: Final = re.compile(r"\s*>{5,10}\s*(?:(?:replace|updated|new)\b.*)?", re.IGNORECASE)
_HUNK: Final = re.compile(r"@@.*")


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines that are looked for, and lines that take their place."""

    search: tuple[str, ...]
    replace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why edits do not apply.

    Attributes:
        reason: Stable name: `half_edit`, `edit_not_found`, `ambiguous_edit` or `too_many_edits`.
    """

    reason: str
    detail: str


def edits_in(text: str) -> tuple[Edit, ...] | Misfit:
    """Finds SEARCH/REPLACE blocks, within fences or without; none if there are none."""
    found, search, replace, inside = list[Edit](), list[str](), list[str](), ""
    for number, line in enumerate(text.split("\n"), 1):
        if _SEARCH.fullmatch(line):
            if inside:
                return Misfit(
                    "half_edit", f"a block begins in line {number} before the one above it has ended"
                )
            search, replace, inside = [], [], "search"
        elif inside == "search" and _DIVIDER.fullmatch(line):
            inside = "replace"
        elif inside == "replace" and _REPLACE.fullmatch(line):
            found.append(Edit(tuple(search), tuple(replace)))
            inside = ""
        elif inside:
            (search if inside == "search" else replace).append(line)
        if len(found) > MOST_EDITS:
            return Misfit("too_many_edits", f"the reply has more than {MOST_EDITS} edits")
    if inside:
        missing = "=======" if inside == "search" else ">>>>>>> REPLACE"
        return Misfit("half_edit", f"the last block has no {missing}")
    return tuple(found)


def hunks_in(diff: str) -> tuple[Edit, ...]:
    """Reads the hunks of a unified diff; line numbers are ignored, since models seldom count right."""
    found, search, replace = list[Edit](), list[str](), list[str]()
    for line in [*diff.split("\n"), "@@"]:
        if _HUNK.fullmatch(line):
            if search != replace:
                found.append(Edit(tuple(search), tuple(replace)))
            search, replace = [], []
        elif line.startswith(("--- ", "+++ ", "diff ", "index ", "\\")):
            continue
        else:
            if not line.startswith("+"):
                search.append(line[1:])
            if not line.startswith("-"):
                replace.append(line[1:])
    return tuple(found[:MOST_EDITS])


def applied(source: str, edits: Sequence[Edit]) -> str | Misfit:
    """Applies edits in order, each to what the ones before left; all of them, or none."""
    lines = source.split("\n")
    for number, edit in enumerate(edits, 1):
        result = _applied(lines, edit, number)
        if isinstance(result, Misfit):
            return result
        lines = result
    return "\n".join(lines)


def _applied(lines: list[str], edit: Edit, number: int) -> list[str] | Misfit:
    if not any(line.strip() for line in edit.search):
        return Misfit("edit_not_found", f"block {number} searches for nothing; name lines of the program")
    for search, replace, key in _tiers(edit):
        places = _places(lines, search, key)
        if len(places) > 1:
            there = ", ".join(str(place + 1) for place in places[:5])
            return Misfit("ambiguous_edit", f"the SEARCH lines of block {number} stand at lines {there}")
        if places:
            return [*lines[: places[0]], *replace, *lines[places[0] + len(search) :]]
    return _shifted(lines, edit, number)


Tier = tuple[Sequence[str], Sequence[str], Callable[[str], str]]


def _tiers(edit: Edit) -> list[Tier]:
    """Ways to look for an edit, the strictest first."""
    search, replace = _unpadded(edit.search), _unpadded(edit.replace)
    return [
        (edit.search, edit.replace, lambda line: line),
        (edit.search, edit.replace, str.rstrip),
        (search, replace, str.rstrip),
        (search, replace, lambda line: line.expandtabs(_TAB).rstrip()),
    ]


def _unpadded(lines: Sequence[str]) -> Sequence[str]:
    """Drops blank lines at both ends."""
    first = len(list(takewhile(lambda line: not line.strip(), lines)))
    last = len(list(takewhile(lambda line: not line.strip(), reversed(lines))))
    return lines[first : len(lines) - last]


def _places(lines: Sequence[str], search: Sequence[str], key: Callable[[str], str]) -> list[int]:
    there, wanted = [key(line) for line in lines], [key(line) for line in search]
    starts = range(len(there) - len(wanted) + 1)
    return [i for i in starts if there[i] == wanted[0] and there[i : i + len(wanted)] == wanted]


def _shifted(lines: list[str], edit: Edit, number: int) -> list[str] | Misfit:
    """Looks for lines that differ in nothing but how far all of them are indented."""
    search, replace = _unpadded(edit.search), _unpadded(edit.replace)
    flat = [line.expandtabs(_TAB).rstrip() for line in lines]
    wanted = [line.expandtabs(_TAB).rstrip() for line in search]
    bare = [line.lstrip() for line in wanted]
    places = [
        i
        for i in _places([line.lstrip() for line in flat], bare, str)
        if len({_indent(flat[i + j]) - _indent(w) for j, w in enumerate(wanted) if w}) == 1
    ]
    if len(places) > 1:
        there = ", ".join(str(place + 1) for place in places[:5])
        return Misfit("ambiguous_edit", f"the SEARCH lines of block {number} stand at lines {there}")
    if not places:
        return Misfit("edit_not_found", _nearest(lines, search, number))
    shift = _indent(flat[places[0]]) - _indent(wanted[0])
    moved = [_moved(line.expandtabs(_TAB), shift) for line in replace]
    return [*lines[: places[0]], *moved, *lines[places[0] + len(search) :]]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _moved(line: str, shift: int) -> str:
    if not line.strip():
        return ""
    return " " * shift + line if shift > 0 else line[min(-shift, _indent(line)) :]


def _nearest(lines: Sequence[str], search: Sequence[str], number: int) -> str:
    first = search[0].strip()
    told = f"the SEARCH lines of block {number}, from {first!r:.80}, are not in the program"
    near = difflib.get_close_matches(first, [line.strip() for line in lines[:2000]], n=1)
    return f"{told}; nearest is {near[0]!r:.80}" if near and near[0] != first else told
