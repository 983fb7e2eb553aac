"""Code in a reply: what is no thought, fenced blocks as models write them, programs without a fence."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from textwrap import dedent
from typing import Final

from evolve.search.syntax import parse

# Possessive quantifiers keep every pattern linear, whatever a reply holds.
_THOUGHT: Final = re.compile(r"<(/?)(?:think|thinking|reasoning|thoughts?)>", re.IGNORECASE)
_FENCE: Final = re.compile(r"(\s*+)(?:(?:[-*+]|\d++[.)])\s++)?(`{3,}+|~{3,}+)([^`]*+)")
_BEHIND_PROSE: Final = re.compile(r"()[^`]*+(`{3,}+)(py\w*+\s*+)", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"\W*+(\w*+)")
_NUMBER: Final = re.compile(r"\s*+\d++(?:\s*+[:|](?: |$)|\t)")
_CODE: Final = re.compile(
    r"import [\w.]++(?:,| as |\s*+$)|from [\w.]++ import |(?:async )?def \w++\(|class \w++[:(]|@\w"
    r'|"""|[A-Z_]\w*+(?:: [^=]++)? = '
)
"""How a line begins that can hardly be prose."""
_WRAPPERS: Final = frozenset({"markdown", "md"})
_INVISIBLE: Final = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\u2060": None,
        "\ufeff": None,
    }
)
_CONTENT: Final = 4
"""Columns of indentation, beyond that of a block, from which on a fence is part of what it holds."""
MOST_FENCES: Final = 1000
"""More fences in one reply are none; the bound keeps hostile replies cheap."""
MOST_ENDS: Final = 30
"""Lines of prose behind a program without a fence that are tried to be left off."""
_TRIED: Final = 200_000
"""Characters that are tried in all, before a program without a fence is given up."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, as it is written.

    Attributes:
        language: As it is named behind the opening fence, in lower case; empty if it is not.
    """

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class _Opening:
    indent: int
    fence: str
    language: str


def spoken(text: str) -> str:
    """Leaves out what a model thought aloud.

    That is what is tagged so, to the end if the tag is never closed, and all before a lone closing tag.
    """
    said: list[str] = []
    start, thinks = 0, False
    for tag in _THOUGHT.finditer(text):
        if tag[1]:
            said, start, thinks = said if thinks else [], tag.end(), False
        elif not thinks:
            said.append(text[start : tag.start()])
            thinks = True
    return "".join(said if thinks else [*said, text[start:]])


def blocks(text: str) -> list[Block]:
    """Finds fenced blocks, in order.

    The last one may lack its end, and so may any that another block of Python follows; an end may stand
    behind code on the same line.
    """
    if text.count("```") + text.count("~~~") > MOST_FENCES:
        return []
    found, inside = list[Block](), list[str]()
    opening: _Opening | None = None
    for line in text.split("\n"):
        if "```" not in line and "~~~" not in line:
            inside.append(line)
            continue
        start = _opened(line)
        if opening is None:
            opening, inside = start, []
        elif start is not None and _follows(start, opening):
            found.append(Block(opening.language, "\n".join(inside)))
            opening, inside = start, []
        elif (before := _closed(line, opening)) is not None:
            found.append(Block(opening.language, "\n".join([*inside, before])))
            opening = None
        else:
            inside.append(line)
    return [*found, Block(opening.language, "\n".join(inside))] if opening else found


def _opened(line: str) -> _Opening | None:
    match = _FENCE.fullmatch(line) or _BEHIND_PROSE.fullmatch(line)
    if match is None:
        return None
    language = _LANGUAGE.match(match[3])
    named = language[1].lower() if language else ""
    return None if named in _WRAPPERS else _Opening(len(match[1]), match[2], named)


def _follows(start: _Opening, opening: _Opening) -> bool:
    """Whether a fence within a block begins the next, as models forget to close one."""
    is_level = start.indent < opening.indent + _CONTENT
    return start.language.startswith("py") and start.fence == opening.fence and is_level


def _closed(line: str, opening: _Opening) -> str | None:
    """What stands before a closing fence on its line; None if no such fence ends the line."""
    end = line.rstrip()
    if not end.endswith(opening.fence):
        return None
    before = end.rstrip(opening.fence[0])
    is_content = not before.strip() and len(before) >= opening.indent + _CONTENT
    return None if is_content else before


def cleaned(text: str) -> str:
    """Undoes what lists, listings and word processors do to code; one line feed ends it."""
    lines = text.split("\n")
    if lines[0].strip().lower() in {"python", "python3", "py"}:  # a language on a line of its own
        lines = lines[1:]
    joined = "\n".join(dropwhile(lambda line: not line.strip(), unnumbered(lines))).rstrip() + "\n"
    return readable(dedent(joined) if joined[:1].isspace() else joined)


def readable(source: str) -> str:
    """Replaces spaces that Python does not read, unless the source parses with them."""
    return source if parse(source) is not None else visible(source)


def visible(text: str) -> str:
    """Makes every space a plain one, and drops what has no width."""
    return text if text.isascii() else text.translate(_INVISIBLE)


def unnumbered(lines: Sequence[str]) -> Sequence[str]:
    """Drops line numbers that were copied from a listing, if every line has one."""
    full = [line for line in lines if line.strip()]
    if full and all(_NUMBER.match(line) for line in full):
        return [_NUMBER.sub("", line, count=1) for line in lines]
    return lines


def unfenced(text: str) -> Iterator[str]:
    """Yields what may be a program without a fence: from where code begins, with ever less behind.

    What is left off is prose: neither indented nor as code begins.
    """
    lines = text.split("\n")
    level = [number for number, line in enumerate(lines) if line and not line[0].isspace()]
    start = next((number for number in level if _CODE.match(lines[number])), len(lines))
    end, left = len(lines), _TRIED
    for number in reversed(level[-MOST_ENDS - 1 :]):
        candidate = "\n".join(lines[start:end])
        left -= len(candidate)
        if end <= start or left < 0:
            return
        yield readable(candidate.rstrip() + "\n")
        if _CODE.match(lines[number]):
            return
        end = number
