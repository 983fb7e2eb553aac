"""One job, one deadline, several regions: which machine to run, and where, as spot comes and goes?

A policy is a module that imports what it needs from `interface` and defines

    class Policy:
        def __init__(self, setup: Setup) -> None: ...
        def step(self, observation: Observation) -> Decision: ...

Time passes in ticks of `setup.gap_s`. At the start of each tick `step` is asked what to run until the next,
and in which region. A tick is billed as a whole, at the price that its machine has in its region in that
tick; work is done in whatever of the tick is not restart overhead. Going on with a machine in its region
costs no overhead; every other start does, so moving a live machine is a stop and a start. The run ends at
the first tick that finds the work done. All times are whole seconds.
"""

import enum
from typing import NamedTuple


class Machine(enum.IntEnum):
    """What runs during a tick."""

    NONE = 0
    """Nothing: no cost, no progress."""
    SPOT = 1
    """Cheap, lost whenever spot goes away in its region; where spot is not available it counts as NONE."""
    ON_DEMAND = 2
    """Dear, and always there, in every region at the same price."""


class Decision(NamedTuple):
    """What is to run in the tick that starts now."""

    machine: Machine
    region: int
    """Index into `setup.regions`; the current region becomes this one, whatever runs."""


class Setup(NamedTuple):
    """What holds for the whole run."""

    gap_s: int
    """Length of a tick."""
    task_s: int
    """Work to be done: seconds on either kind of machine."""
    deadline_s: int
    """The work must be done by this time; a late run scores 0."""
    restart_overhead_s: int
    """Time without progress at the start of a machine that was not already running there; several ticks."""
    on_demand_usd_h: float
    """Price of on-demand in every region, in dollars an hour."""
    regions: tuple[str, ...]
    """Names; those that differ in the last letter only lie close together."""
    step_cpu_s: float
    """CPU seconds that a `step` may take on average."""


class Observation(NamedTuple):
    """What is known at the start of a tick. What comes after it is not."""

    elapsed_s: int
    """Time since the start; the first observation has 0."""
    region: int
    """The current region: that of the last decision; at the start 0."""
    last: Machine
    """What ran in the tick that just ended, in the current region. If it is SPOT and spot is not available
    there now, the machine is lost."""
    work_left_s: int
    """Work still to be done; above 0."""
    overhead_left_s: int
    """Restart overhead that the last machine had still to serve."""
    available: tuple[bool, ...]
    """By region, whether spot is available in the tick that starts now."""
    spot_usd_h: tuple[float, ...]
    """By region, the price of spot in the tick that starts now, in dollars an hour."""


def running(observation: Observation) -> Machine:
    """The machine that is alive in the current region, so that going on with it costs no restart."""
    lost = observation.last == Machine.SPOT and not observation.available[observation.region]
    return Machine.NONE if lost else observation.last


def slack_s(setup: Setup, observation: Observation) -> int:
    """Seconds that may still be lost, to idle ticks and to restarts, before the run is late."""
    return ticks_left(setup, observation) * setup.gap_s - observation.work_left_s


def ticks_left(setup: Setup, observation: Observation) -> int:
    """Whole ticks between now and the deadline."""
    return (setup.deadline_s - observation.elapsed_s) // setup.gap_s


def ticks_needed(setup: Setup, observation: Observation, restarts: int = 1) -> int:
    """Whole ticks that finish the work on machines that are not lost, after so many restarts."""
    return -(-(observation.work_left_s + restarts * setup.restart_overhead_s) // setup.gap_s)


def must_run(setup: Setup, observation: Observation) -> bool:
    """Whether the guarantee binds: from now on it replaces whatever the policy decides.

    It goes on with spot if that was the last decision and its overhead is served, else runs on demand, in the
    current region, until the work is done. Where spot is lost while the guarantee goes on with it, a tick
    passes idle and the run may end late: a safe policy changes to on-demand before.
    """
    return ticks_needed(setup, observation) >= ticks_left(setup, observation)
