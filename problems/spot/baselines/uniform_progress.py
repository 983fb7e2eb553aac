"""Uniform Progress: pays on demand only to keep up with a straight line from no work now to all at the deadline.

Spot is taken whenever it is there. The hysteresis keeps an on-demand machine until the lead has grown, so that
its restart overhead is not paid again and again around the line.
"""

from interface import Decision, Observation, Setup, running, ticks_left, ticks_needed

RESTARTS_URGENT = 1
RESTARTS_CAREFUL = 2
HYSTERESIS_TICKS = 2


class Policy:
    """Compares the work done with the share of the time gone by."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def step(self, observation: Observation) -> Decision:
        """Chooses by the time left, then by spot, then by progress."""
        if self.is_short(observation, RESTARTS_URGENT):
            return Decision.ON_DEMAND
        if self.is_short(observation, RESTARTS_CAREFUL):
            return self.keep_spot(observation)
        if observation.has_spot:
            return Decision.SPOT
        return self.without_spot(observation)

    def is_short(self, observation: Observation, restarts: int) -> bool:
        """Whether so many restarts leave no tick to spare."""
        return ticks_needed(self.setup, observation, restarts) >= ticks_left(self.setup, observation)

    def keep_spot(self, observation: Observation) -> Decision:
        """Stays on a spot machine that is alive, and starts no other."""
        return Decision.SPOT if running(observation) == Decision.SPOT else Decision.ON_DEMAND

    def without_spot(self, observation: Observation) -> Decision:
        """Runs on demand while progress is behind, and a little longer once it does."""
        lead = self.lead_s(observation)
        if running(observation) == Decision.ON_DEMAND:
            lead -= HYSTERESIS_TICKS * self.setup.gap_s
        return Decision.ON_DEMAND if lead < 0 else Decision.NONE

    def lead_s(self, observation: Observation) -> float:
        """Work done beyond what the straight line asks for by now."""
        done = self.setup.task_s - observation.work_left_s
        return done - self.setup.task_s * observation.elapsed_s / self.setup.deadline_s
