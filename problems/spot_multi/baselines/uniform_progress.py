"""Uniform Progress over regions: on demand only to keep up with a straight line, spot wherever it is.

A spot machine that is alive is kept. If there is none, the cheapest of the available regions is taken, of equals
the nearest, which is the current one. The hysteresis keeps an on-demand machine until the lead has grown, so that
its restart overhead is not paid again and again around the line.
"""

from interface import Decision, Machine, Observation, Setup, running, ticks_left, ticks_needed

RESTARTS_URGENT = 1
RESTARTS_CAREFUL = 2
HYSTERESIS_TICKS = 8


class Policy:
    """Compares the work done with the share of the time gone by."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def step(self, observation: Observation) -> Decision:
        """Chooses by the time left, then by spot, then by progress."""
        here, alive = observation.region, running(observation)
        if self.is_short(observation, RESTARTS_URGENT):
            return Decision(Machine.ON_DEMAND, here)
        if alive == Machine.SPOT:
            return Decision(Machine.SPOT, here)
        if self.is_short(observation, RESTARTS_CAREFUL):
            return Decision(Machine.ON_DEMAND, here)
        if any(observation.available):
            return Decision(Machine.SPOT, self.cheapest(observation))
        return Decision(self.without_spot(observation), here)

    def is_short(self, observation: Observation, restarts: int) -> bool:
        """Whether so many restarts leave no tick to spare."""
        return ticks_needed(self.setup, observation, restarts) >= ticks_left(self.setup, observation)

    def cheapest(self, observation: Observation) -> int:
        """The region of the cheapest spot, of equals the current one."""
        here, prices = observation.region, observation.spot_usd_h
        there = [region for region, available in enumerate(observation.available) if available]
        return min(there, key=lambda region: (prices[region], region != here))

    def without_spot(self, observation: Observation) -> Machine:
        """Runs on demand while progress is behind, and a little longer once it does."""
        lead = self.lead_s(observation)
        if running(observation) == Machine.ON_DEMAND:
            lead -= HYSTERESIS_TICKS * self.setup.gap_s
        return Machine.ON_DEMAND if lead < 0 else Machine.NONE

    def lead_s(self, observation: Observation) -> float:
        """Work done beyond what the straight line asks for by now."""
        done = self.setup.task_s - observation.work_left_s
        return done - self.setup.task_s * observation.elapsed_s / self.setup.deadline_s
