"""What can go wrong with a candidate, as a value."""

import enum
from dataclasses import dataclass


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
