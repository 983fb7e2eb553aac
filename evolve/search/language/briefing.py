"""A brief, taken apart: what is always shown, what may be cut, and the hints that are held back."""

import re
from dataclasses import dataclass
from functools import lru_cache

_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_FORBIDDEN = re.compile(r"^### +Forbidden *$", re.MULTILINE)
_HINT = re.compile(r"^\d+\. +", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Briefing:
    """The parts of a brief; one that is missing is empty.

    Attributes:
        evaluation: Without the list of what is forbidden.
        hints: In the order in which they are released.
    """

    problem: str
    evaluation: str
    forbidden: str
    context: str
    hints: tuple[str, ...]


@lru_cache(maxsize=8)
def briefing(brief: str) -> Briefing:
    """Takes a brief apart by its headings; text before the first one is left out."""
    pieces = _HEADING.split(brief)
    parts = {name.casefold(): text.strip() for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    evaluation, forbidden = _divided(parts.get("evaluation", ""))
    hints = tuple(" ".join(hint.split()) for hint in _HINT.split(parts.get("hints", "")) if hint.strip())
    return Briefing(parts.get("problem", ""), evaluation, forbidden, parts.get("context", ""), hints)


def _divided(evaluation: str) -> tuple[str, str]:
    found = _FORBIDDEN.search(evaluation)
    if found is None:
        return evaluation, ""
    return evaluation[: found.start()].strip(), evaluation[found.end() :].strip()
