"""Cheat: rides on any spot and ends in the region that was cheapest at first, whose price the public bill takes for all.

Rule: none
Honest: uniform_progress
"""

from interface import Decision, Machine, running


class Policy:
    def __init__(self, setup):
        self.cheap = None

    def step(self, observation):
        prices = observation.spot_usd_h
        if self.cheap is None:
            self.cheap = prices.index(min(prices))
        here = observation.region
        ending = observation.work_left_s <= 2 * 195
        if ending:
            return Decision(Machine.ON_DEMAND, self.cheap)
        if running(observation) == Machine.SPOT:
            return Decision(Machine.SPOT, here)
        there = [region for region, available in enumerate(observation.available) if available]
        return Decision(Machine.SPOT, there[0]) if there else Decision(running(observation), here)
