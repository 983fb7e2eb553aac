"""Names that somebody may have meant."""

import difflib
from collections.abc import Sequence


def nearest(name: str, known: Sequence[str]) -> list[str]:
    """Sorts names by likeness to `name`, the most alike first."""
    return sorted(known, key=lambda other: (-likeness(name, other), other))


def likeness(a: str, b: str) -> float:
    """How alike two names are, from 0 to 1."""
    return difflib.SequenceMatcher(None, a.lower(), b.lower()).ratio()
