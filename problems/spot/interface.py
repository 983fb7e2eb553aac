"""One job, one deadline, two kinds of machine: when to ride on spot, when to pay on demand, when to wait?

A policy is a module that imports what it needs from `interface` and defines

    class Policy:
        def __init__(self, setup: Setup) -> None: ...
        def step(self, observation: Observation) -> Decision: ...

Time passes in ticks of `setup.gap_s`. At the start of each tick `step` is asked what to run until the next.
A tick is billed as a whole at the price of its machine; work is done in whatever of the tick is not restart
overhead. The run ends at the first tick that finds the work done. All times are whole seconds.
"""

import enum
from typing import NamedTuple


class Decision(enum.IntEnum):
    """What runs during a tick."""

    NONE = 0
    """Nothing: no cost, no progress."""
    SPOT = 1
    """Cheap, and lost whenever spot goes away; where spot is not available it counts as NONE."""
    ON_DEMAND = 2
    """Dear and always there."""


class Setup(NamedTuple):
    """What holds for the whole run."""

    gap_s: int
    """Length of a tick."""
    task_s: int
    """Work to be done: seconds on either kind of machine."""
    deadline_s: int
    """The work must be done by this time; a late run scores 0."""
    restart_overhead_s: int
    """Time without progress at the start of a machine that was not already running."""
    spot_usd_h: float
    """Price of spot, in dollars an hour."""
    on_demand_usd_h: float
    """Price of on-demand, in dollars an hour."""
    step_cpu_s: float
    """CPU seconds that a `step` may take on average."""


class Observation(NamedTuple):
    """What is known at the start of a tick. What comes after it is not."""

    elapsed_s: int
    """Time since the start; the first observation has 0."""
    has_spot: bool
    """Whether spot is available in the tick that starts now."""
    last: Decision
    """What ran in the tick that just ended. If it is SPOT and `has_spot` is False, the machine is lost."""
    work_left_s: int
    """Work still to be done; above 0."""
    overhead_left_s: int
    """Restart overhead still to be served; 0 as long as `restart_overhead_s` is shorter than a tick."""


def running(observation: Observation) -> Decision:
    """The machine that is alive now, so that going on with it costs no restart overhead."""
    lost = observation.last == Decision.SPOT and not observation.has_spot
    return Decision.NONE if lost else observation.last


def ticks_left(setup: Setup, observation: Observation) -> int:
    """Whole ticks between now and the deadline."""
    return (setup.deadline_s - observation.elapsed_s) // setup.gap_s


def ticks_needed(setup: Setup, observation: Observation, restarts: int = 1) -> int:
    """Whole ticks that finish the work on machines that are not lost, after so many restarts."""
    return -(-(observation.work_left_s + restarts * setup.restart_overhead_s) // setup.gap_s)


def must_run(setup: Setup, observation: Observation) -> bool:
    """Whether the guarantee binds: from now on it replaces whatever the policy decides.

    It goes on with spot if that was the last decision, else runs on demand, until the work is done. Where
    spot is lost while the guarantee goes on with it, a tick passes idle and the run may end one tick late:
    a safe policy changes to on-demand before.
    """
    return ticks_needed(setup, observation) >= ticks_left(setup, observation)
