"""A gate: when is it opened for those who wait, so that waiting, guarding and opening together cost least?

A policy is a module that imports what it needs from `interface` and defines

    class Policy:
        def __init__(self, setup: Setup) -> None: ...
        def step(self, observation: Observation) -> Decision: ...
"""

import enum
from typing import NamedTuple


class Decision(enum.IntEnum):
    """What the gate is during a tick."""

    CLOSED = 0
    OPEN = 1


class Setup(NamedTuple):
    """What holds for the whole run; costs are in units of one person waiting one tick."""

    ticks: int
    pass_per_tick: int
    """People who get through an open gate in a tick."""
    open_cost: float
    """Cost of a tick with the gate open."""
    opening_cost: float
    """Cost of opening a closed gate."""
    most_openings: int
    """The hinges last for so many openings; one more is a fault."""


class Observation(NamedTuple):
    """What is known at the start of a tick."""

    tick: int
    arrived: int
    """People who came just now; they are among those waiting."""
    waiting: int
    was_open: bool
