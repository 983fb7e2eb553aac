"""Code in a reply: fenced blocks as models write them, and programs without a fence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import Final

_OPENING: Final = re.compile(r"(\s*(?:[-*>]\s+|\d+\.\s+)?)(`{3,}|~{3,})\s*([^`]*)")
_NUMBERED: Final = re.compile(r"\s*\d+\s*[:|](?: |$)")
_CODE: Final = re.compile(r"(?:import |from \w|def |class |@\w|\"\"\"|async def |[A-Z_]+ *[:=])")
_INVISIBLE: Final = str.maketrans(
    {"\u00a0": " ", "\u200b": None, "\u200c": None, "\u2060": None, "\ufeff": None}
)
_THOUGHTS: Final = ("think", "thinking", "reasoning", "thought")
MOST_ENDS: Final = 30
"""Lines of prose behind a program without a fence that are tried to be left off."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        language: As it is named behind the opening fence, in lower case; empty if it is not.
    """

    language: str
    text: str


def spoken(text: str) -> str:
    """Leaves out what a model thought aloud: what is tagged so, and all before a lone closing tag."""
    for tag in _THOUGHTS:
        text = _without(text, f"<{tag}>", f"</{tag}>")
    return text


def _without(text: str, opening: str, closing: str) -> str:
    lower = text.lower()
    last = lower.rfind(closing)
    if last >= 0:
        said = text[last + len(closing) :]
        return said if said.strip() else text[: max(0, lower.find(opening))]
    first = lower.find(opening)
    return text if first < 0 else text[:first]


def blocks(text: str) -> list[Block]:
    """Finds fenced blocks, in order; the last one may lack its end."""
    found, fence, language, inside = list[Block](), "", "", list[str]()
    for line in text.split("\n"):
        if not fence:
            opening = _OPENING.fullmatch(line)
            if opening is not None:
                fence, inside = opening[2], []
                language = (opening[3].strip().split() or [""])[0].lower()
            continue
        end = line.rstrip()
        closes = end.endswith(fence) and not end.rstrip(fence[0]).endswith(fence[0])
        before = end.rstrip(fence[0]) if closes else line
        if not closes or before.strip():
            inside.append(before)
        if closes:
            found.append(Block(language, _clean(inside)))
            fence = ""
    if fence:
        found.append(Block(language, _clean(inside)))
    return found


def unfenced(text: str) -> Iterator[str]:
    """Yields what may be a program without a fence: from where code begins, with ever less behind."""
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if _CODE.match(line)), None)
    if start is None:
        return
    for end in range(len(lines), max(start, len(lines) - MOST_ENDS), -1):
        yield _clean(lines[start:end])


def _clean(lines: list[str]) -> str:
    """Undoes what listings and word processors do to code."""
    full = [line for line in lines if line.strip()]
    if full and all(_NUMBERED.match(line) for line in full):
        lines = [_NUMBERED.sub("", line, count=1) for line in lines]
    return dedent("\n".join(lines)).translate(_INVISIBLE)
