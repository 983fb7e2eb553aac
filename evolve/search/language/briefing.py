"""A brief, taken apart: what is always shown, what may be cut, and the hints that are held back."""

import re
from dataclasses import dataclass
from functools import lru_cache

_TITLE = re.compile(r"\A\s*# .*\n?")
_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_FORBIDDEN = re.compile(r"^### +Forbidden *$", re.MULTILINE | re.IGNORECASE)
_HINT = re.compile(r"^\d+[.)] +", re.MULTILINE)
_KNOWN = ("problem", "evaluation", "forbidden", "context", "hints")


@dataclass(frozen=True, slots=True)
class Briefing:
    """The parts of a brief; one that is missing is empty.

    Attributes:
        evaluation: Without the list of what is forbidden.
        context: With whatever stands under headings that no other part has.
        hints: In the order in which they are released.
    """

    problem: str
    evaluation: str
    forbidden: str
    context: str
    hints: tuple[str, ...]


@lru_cache(maxsize=8)
def briefing(brief: str) -> Briefing:
    """Takes a brief apart by its headings; text before the first one belongs to the problem."""
    start, *pieces = _HEADING.split(_TITLE.sub("", brief))
    found = [(title, text.strip()) for title, text in zip(pieces[::2], pieces[1::2], strict=True)]
    parts = {title.casefold(): text for title, text in found}
    strange = [f"### {title}\n\n{text}" for title, text in found if title.casefold() not in _KNOWN]
    evaluation, forbidden = _divided(parts.get("evaluation", ""))
    return Briefing(
        _joined(start.strip(), parts.get("problem", "")),
        evaluation,
        _joined(forbidden, parts.get("forbidden", "")),
        _joined(parts.get("context", ""), *strange),
        _hints(parts.get("hints", "")),
    )


def _divided(evaluation: str) -> tuple[str, str]:
    found = _FORBIDDEN.search(evaluation)
    if found is None:
        return evaluation, ""
    return evaluation[: found.start()].strip(), evaluation[found.end() :].strip()


def _hints(text: str) -> tuple[str, ...]:
    """Takes a numbered list apart; what stands before its first number is no hint."""
    return tuple(" ".join(hint.split()) for hint in _HINT.split(text)[1:] if hint.strip())


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
