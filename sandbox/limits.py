"""What a child may use, what it used, and the kernel's own limits behind both."""

import math
import os
import resource
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NOTHING: Final = 0
_OPEN_FILES: Final = 64
_STACK_BYTES: Final = 8 << 20
_THREADS: Final = 256


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


def too_large(size: int, answer_bytes: int) -> str:
    """Says that an answer is too large."""
    return f"the answer takes {size:,} bytes, but {answer_bytes:,} are allowed (limit `answer_bytes`)"


def out_of_memory(memory_bytes: int) -> str:
    """Says that a policy ran out of memory."""
    return f"the policy needs more than the {memory_bytes >> 20:,} MiB allowed (limit `memory_bytes`)"


def wall_limit_s(cpu_limit_s: float) -> float:
    """How long an exchange may take that may use so much CPU."""
    return 2 * cpu_limit_s + 1.0


def apply_shared() -> None:
    """Sets on the fork server those limits that it can live with; its forks inherit them."""
    for kind, value in (
        (resource.RLIMIT_CORE, NOTHING),
        (resource.RLIMIT_MEMLOCK, NOTHING),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_STACK, _STACK_BYTES),
    ):
        _set(kind, value)


class Ceilings:
    """The kernel's limits of every fork, made ready once: hard as soft, so that they cannot be raised again.

    Args:
        threads: Allows a few hundred processes of the user, threads included, instead of none. That is for
            the kernel's sake: what a thread costs a policy is its stack in the policy's own memory.
    """

    def __init__(self, *, threads: bool) -> None:
        processes = _processes_of_this_user() + _THREADS if threads else NOTHING
        self._fixed = tuple(
            (kind, _both(kind, value))
            for kind, value in (
                (resource.RLIMIT_FSIZE, NOTHING),
                (resource.RLIMIT_NPROC, processes),
            )
        )

    def apply(self, address_bytes: int, total_cpu_s: float) -> None:
        """Sets them on the calling process."""
        for kind, both in self._fixed:
            resource.setrlimit(kind, both)
        _set(resource.RLIMIT_AS, address_bytes)
        _set(resource.RLIMIT_CPU, math.ceil(total_cpu_s) + 1)


def _processes_of_this_user() -> int:
    # In full mode /proc is out of sight, and so are the processes that would count.
    user, count = os.getuid(), 0
    for status in Path("/proc").glob("[0-9]*/task/*/status"):
        with suppress(OSError):
            count += status.stat().st_uid == user
    return count


def _set(kind: int, value: int) -> None:
    resource.setrlimit(kind, _both(kind, value))


def _both(kind: int, value: int) -> tuple[int, int]:
    _, hard = resource.getrlimit(kind)
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    return allowed, allowed
