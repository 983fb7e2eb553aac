"""Comments that stand in place of code, as models write them to spare themselves a program."""

import re
from typing import Final

_DOTS: Final = re.compile(
    r"(?:\.\.\.|…).*\b(?:rest|remainder|remaining|existing|unchanged|same|omitted|previous|other|code|methods?"
    r"|functions?|implementation|logic|before|above|here)\b",
    re.IGNORECASE,
)
"""Dots, and what they stand for."""
_DOTS_BEHIND: Final = re.compile(
    r"\W*(?:the\s)?(?:rest|remainder|remaining|existing|unchanged|same|previous|other|your|all)\b.*(?:\.\.\.|…)\W*",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(
    r"\W*(?:\w+\s){0,2}(?:rest|remainder|remaining|existing|unchanged|same|previous|original)\s(?:\w+\s){0,3}"
    r"(?:code|program|module|file|class|functions?|methods?|implementation|helpers?|imports?)\b"
    r"(?:\W+(?:\w+\W+){0,3}(?:unchanged|same|here|omitted|before|above|below|stays?|remains?)\b.*)\W*",
    re.IGNORECASE,
)
"""The same without dots: both what is left out and that it is."""
_LONGEST: Final = 120
"""Characters of a comment that are looked at."""


def elided(source: str, parent: str) -> str | None:
    """Finds a comment that says code was left out, and that is not the parent's; None if there is none."""
    for line in source.split("\n"):
        text = line.strip()
        if not text.startswith(("#", "... #", "...  #")):
            continue
        comment = text[:_LONGEST]
        is_one = _DOTS.search(comment) or _DOTS_BEHIND.fullmatch(comment) or _WORDS.fullmatch(comment)
        if is_one and comment not in parent:
            return comment
    return None
