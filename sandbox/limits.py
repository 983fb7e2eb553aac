"""What a child may use, what it used, and the kernel's own limits behind both."""

import math
import resource
from dataclasses import dataclass
from typing import Final

NOTHING: Final = 0
_OPEN_FILES: Final = 64
_STACK_BYTES: Final = 8 << 20


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one child may use. CPU seconds are read from the child's clock by the parent.

    The wall limit of any exchange is twice its CPU limit plus a second, so that waiting ends too.
    """

    init_cpu_s: float = 0.5
    """Executing the source, and each `Policy.__init__`."""
    call_cpu_s: float = 1.0
    """One `solve`; a message of `n` steps may take `n` times as much."""
    total_cpu_s: float = 60.0
    """The whole life of the child."""
    memory_bytes: int = 1 << 30
    """Address space beyond what the fork server has mapped."""
    answer_bytes: int = 1 << 20
    """One encoded answer or decision."""


@dataclass(frozen=True, slots=True)
class ChildUsage:
    """What one child used in its life.

    Attributes:
        wall_s: From its opening to its end.
        peak_bytes: Largest resident set.
    """

    cpu_s: float
    wall_s: float
    peak_bytes: int


def wall_limit_s(cpu_limit_s: float) -> float:
    """How long an exchange may take that may use so much CPU."""
    return 2 * cpu_limit_s + 1.0


def apply(address_bytes: int, total_cpu_s: float) -> None:
    """Sets the kernel's limits on the calling process, hard as soft, so that they cannot be raised again."""
    for kind, value in (
        (resource.RLIMIT_AS, address_bytes),
        (resource.RLIMIT_CPU, math.ceil(total_cpu_s) + 1),
        (resource.RLIMIT_CORE, NOTHING),
        (resource.RLIMIT_FSIZE, NOTHING),
        (resource.RLIMIT_MEMLOCK, NOTHING),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, NOTHING),
        (resource.RLIMIT_STACK, _STACK_BYTES),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))
