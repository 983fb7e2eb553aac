"""What a candidate tried that it may not, read from its faults. No streamlit here."""

from collections.abc import Iterable, Mapping
from typing import Final

_HINTS: Final[Mapping[str, str]] = {
    "policies find no files": "reached for files",
    "policies have no network": "reached for the network",
    "policies cannot start processes": "tried to start processes, or to signal them",
    "policies cannot start threads": "tried to start threads",
    "this policy has started as many threads": "tried to start more threads than it may",
    "policies can import": "imported what policies do not have",
    "policies have no files": "was refused by the system",
}
"""How the sandbox's words for a refusal begin, and what was tried."""
_RULES: Final[Mapping[str, str]] = {
    "protocol": "broke the form in which answers are sent",
    "exited": "ended its process instead of answering",
    "signal": "was ended by a signal",
    "not_repeatable": "decided otherwise when it was measured again",
}
"""Rules that no policy breaks by a wrong decision alone."""
BEYOND: Final = "scored beyond the proven bound"


def attempts(faults: Iterable[tuple[str, str]], *, is_beyond: bool) -> tuple[str, ...]:
    """Says what a candidate tried, each once.

    Args:
        faults: Rule and message of each.
        is_beyond: Whether a score passed its bound.
    """
    found = [BEYOND] if is_beyond else []
    for rule, message in faults:
        told = _RULES.get(rule) or _refused(message)
        if told is not None:
            found.append(told)
    return tuple(dict.fromkeys(found))


def _refused(message: str) -> str | None:
    """The sandbox puts its own words last, in brackets; what stands before them is the candidate's."""
    last = message.rpartition(" (")[2]
    return next((told for begin, told in _HINTS.items() if last.startswith(begin)), None)
