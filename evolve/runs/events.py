"""Events: what a run's log is made of. Everything else about a run is derived from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

Body = Mapping[str, Any]
"""Plain data: None, bool, 64-bit int, finite float, str, and lists and str-keyed mappings of them."""

RUN_STARTED: Final = "run_started"
ASKED: Final = "asked"
REPLIED: Final = "replied"
MEASURED: Final = "measured"
COMMITTED: Final = "committed"
PROMOTED: Final = "promoted"
PLATEAU: Final = "plateau"
STOPPED: Final = "stopped"
RESUMED: Final = "resumed"
COMPARED: Final = "compared"
HOLDOUT_LOOKED: Final = "holdout_looked"
GPU_VERIFIED: Final = "gpu_verified"
TAGGED: Final = "tagged"
NOTED: Final = "noted"
ARCHIVED: Final = "archived"
VERIFIED: Final = "verified"
RESCORED: Final = "rescored"
ABLATED: Final = "ablated"

KINDS: Final[Mapping[str, int]] = MappingProxyType(
    {
        RUN_STARTED: 1,
        ASKED: 1,
        REPLIED: 1,
        MEASURED: 1,
        COMMITTED: 1,
        PROMOTED: 1,
        PLATEAU: 1,
        STOPPED: 1,
        RESUMED: 1,
        COMPARED: 1,
        HOLDOUT_LOOKED: 1,
        GPU_VERIFIED: 1,
        TAGGED: 1,
        NOTED: 1,
        ARCHIVED: 1,
        VERIFIED: 1,
        RESCORED: 1,
        ABLATED: 1,
    }
)
"""Kinds this program writes, with the version of their bodies. A log may hold others, which are kept."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is not yet in the log.

    Attributes:
        step: The step it belongs to, or None if it belongs to the run as a whole.
    """

    kind: str
    step: int | None
    body: Body
    version: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """An event in the log.

    Attributes:
        seq: Place in its run's log: 0, 1, 2, ... without a gap.
        at: When it was written, seconds since the epoch; no decision may rest on it.
        body: As read back: sequences are lists.
    """

    run: str
    seq: int
    step: int | None
    kind: str
    version: int
    at: float
    body: Body = field(repr=False)
