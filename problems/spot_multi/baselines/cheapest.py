"""Uniform Progress that follows the price: a live spot machine moves to a cheaper region if that pays.

Moving costs a restart, at the new price and in slack; it saves the difference of prices for as long as the machine
may live there. Where spot was lost the cheapest available region is taken, and on-demand keeps to the line.
"""

from interface import Decision, Machine, Observation, Setup, running, ticks_left, ticks_needed

RESTARTS_URGENT = 1
RESTARTS_CAREFUL = 2
HYSTERESIS_TICKS = 8
HORIZON_H = 6.0
SLACK_USD_H = 2.0
HOUR_S = 3600.0


class Policy:
    """Compares the work done with the share of the time gone by, and prices with one another."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.restart_h = setup.restart_overhead_s / HOUR_S

    def step(self, observation: Observation) -> Decision:
        """Chooses by the time left, then by prices, then by progress."""
        here, alive = observation.region, running(observation)
        if self.is_short(observation, RESTARTS_URGENT):
            return Decision(Machine.ON_DEMAND, here)
        if self.is_short(observation, RESTARTS_CAREFUL):
            return Decision(Machine.SPOT if alive == Machine.SPOT else Machine.ON_DEMAND, here)
        if not any(observation.available):
            return Decision(self.without_spot(observation), here)
        there = self.cheapest(observation)
        if alive == Machine.SPOT and not self.pays(observation, there):
            return Decision(Machine.SPOT, here)
        return Decision(Machine.SPOT, there)

    def is_short(self, observation: Observation, restarts: int) -> bool:
        """Whether so many restarts leave no tick to spare."""
        return ticks_needed(self.setup, observation, restarts) >= ticks_left(self.setup, observation)

    def cheapest(self, observation: Observation) -> int:
        """The region of the cheapest spot, of equals the current one."""
        here, prices = observation.region, observation.spot_usd_h
        there = [region for region, available in enumerate(observation.available) if available]
        return min(there, key=lambda region: (prices[region], region != here))

    def pays(self, observation: Observation, region: int) -> bool:
        """Whether the saving pays for the restart, while progress is not behind."""
        prices = observation.spot_usd_h
        hours = min(HORIZON_H, observation.work_left_s / HOUR_S)
        saved = (prices[observation.region] - prices[region]) * hours
        return self.lead_s(observation) > 0 and saved > self.restart_h * (prices[region] + SLACK_USD_H)

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
