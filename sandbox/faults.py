"""What can go wrong with a candidate, as a value."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


class FaultKind(enum.StrEnum):
    """How a candidate failed."""

    RAISED = "raised"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    KILLED = "killed"
    INVALID = "invalid"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Fault:
    """A candidate's failure; ours are exceptions.

    Attributes:
        rule: Public, stable name in snake_case, such as `cpu_limit` or `not_finite`.
        message: For the policy's author; text that came from the child is already truncated and escaped.
        element: First offending part of the answer or line of the source, if there is one.
    """

    kind: FaultKind
    rule: str
    message: str
    element: str | None = None


RULES: Final[Mapping[str, FaultKind]] = MappingProxyType(
    {
        "exception": FaultKind.RAISED,
        "cpu_limit": FaultKind.TIMED_OUT,
        "wall_limit": FaultKind.TIMED_OUT,
        "memory_limit": FaultKind.OUT_OF_MEMORY,
        "signal": FaultKind.KILLED,
        "exited": FaultKind.KILLED,
        "answer_type": FaultKind.INVALID,
        "not_finite": FaultKind.INVALID,
        "answer_too_large": FaultKind.INVALID,
        "answer_malformed": FaultKind.INVALID,
        "syntax_error": FaultKind.REFUSED,
        "missing_entry_point": FaultKind.REFUSED,
        "protocol": FaultKind.REFUSED,
    }
)
"""Every rule that the sandbox can find broken; problems add their own, of kind `invalid`."""

MESSAGE_CHARACTERS: Final = 300
"""Longest text of a child that a message quotes."""


def fault(rule: str, message: str, element: str | None = None) -> Fault:
    """Makes the fault of one of `RULES`."""
    return Fault(RULES[rule], rule, message, element)


def quoted(text: str, limit: int = MESSAGE_CHARACTERS) -> str:
    """Makes text of a child fit for a terminal, a page or a prompt: short, and without control characters."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: limit + 1])
    return shown if len(shown) <= limit else shown[:limit] + "..."
