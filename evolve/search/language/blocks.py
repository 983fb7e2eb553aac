"""Edits in a reply, as models write them: SEARCH/REPLACE blocks and unified diffs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evolve.search.language.fences import unnumbered

MOST_EDITS: Final = 60
"""More edits in one reply are none; the bound keeps hostile replies cheap."""
_SEARCH: Final = re.compile(
    r"\s*+(?:<{5,10}\s*+(?:(?:search|original|old)\b.*+)?|-{5,10}\s*+search\b.*+)", re.IGNORECASE
)
_DIVIDER: Final = re.compile(r"\s*+={5,10}(?:\s.*+)?")
_REPLACE: Final = re.compile(
    r"\s*+(?:>{5,10}\s*+(?:(?:replace|updated|new)\b.*+)?|\+{5,10}\s*+replace\b.*+)", re.IGNORECASE
)
_FENCE: Final = re.compile(r"\s*+(?:`{3,}+|~{3,}+)\s*+\w*+\s*+")
_MARKERS: Final = frozenset(sign * 5 for sign in "<=>-+")
_HEADS: Final = ("--- ", "+++ ", "diff ", "index ", "new file ", "*** ", "\\")


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
    """Finds SEARCH/REPLACE blocks, within fences or without; none if there are none.

    A block without its last marker ends where its fence does: models forget the marker, but a fence that is
    there shows that nothing is missing.
    """
    found, search, replace, inside = list[Edit](), list[str](), list[str](), ""
    for number, line in enumerate(text.split("\n"), 1):
        marker = _marker(line)
        if marker == "search":
            if inside and (half := _ended(found, search, replace, inside)) is not None:
                return Misfit("half_edit", f"the block before line {number} of the reply has no {half}")
            search, replace, inside = [], [], "search"
        elif marker == "divider" and inside == "search":
            inside = "replace"
        elif marker == "replace" and inside == "replace":
            found.append(_edit(search, replace))
            inside = ""
        elif inside:
            (search if inside == "search" else replace).append(line)
    if inside and (half := _ended(found, search, replace, inside)) is not None:
        return Misfit("half_edit", f"the last block has no {half}")
    return tuple(found)


def _marker(line: str) -> str:
    """Which marker a line is; empty for any other line."""
    if line.lstrip()[:5] not in _MARKERS:
        return ""
    if _SEARCH.fullmatch(line):
        return "search"
    if _DIVIDER.fullmatch(line):
        return "divider"
    return "replace" if _REPLACE.fullmatch(line) else ""


def _ended(found: list[Edit], search: list[str], replace: list[str], inside: str) -> str | None:
    """Adds the edit of a block that lacks its last marker, if a fence ends it; else names what is missing."""
    if inside == "search":
        return "======="
    fence = next((number for number, line in enumerate(replace) if _FENCE.fullmatch(line)), None)
    if fence is None:
        return ">>>>>>> REPLACE"
    found.append(_edit(search, replace[:fence]))
    return None


def _edit(search: Sequence[str], replace: Sequence[str]) -> Edit:
    search, replace = _unsigned(unnumbered(_bare(search)), unnumbered(_bare(replace)))
    return Edit(tuple(search), tuple(replace))


def _unsigned(search: Sequence[str], replace: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Drops the signs of a diff, if every line has the one of its half: no program's lines begin so."""
    minus, plus = [line for line in search if line.strip()], [line for line in replace if line.strip()]
    is_signed = minus and all(line[0] == "-" for line in minus) and all(line[0] == "+" for line in plus)
    return ([line[1:] for line in search], [line[1:] for line in replace]) if is_signed else (search, replace)


def _bare(lines: Sequence[str]) -> Sequence[str]:
    """Drops a fence around the lines of one half of a block."""
    full = [number for number, line in enumerate(lines) if line.strip()]
    if len(full) >= 2 and all(_FENCE.fullmatch(lines[end]) for end in (full[0], full[-1])):
        return lines[full[0] + 1 : full[-1]]
    return lines


def hunks_in(diff: str) -> tuple[Edit, ...]:
    """Reads the hunks of a unified diff, up to one more than are applied.

    Line numbers are ignored, since models seldom count right.
    """
    found, search, replace = list[Edit](), list[str](), list[str]()
    for line in [*diff.split("\n"), "@@"]:
        if line.startswith("@@"):
            if search != replace:
                found.append(Edit(tuple(search), tuple(replace)))
            if len(found) > MOST_EDITS:
                break
            search, replace = [], []
        elif not line.startswith(_HEADS):
            text = line[1:] if line[:1] in {"+", "-", " "} else line
            if not line.startswith("+"):
                search.append(text)
            if not line.startswith("-"):
                replace.append(text)
    return tuple(found)
