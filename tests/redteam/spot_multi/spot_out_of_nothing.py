"""Cheat: takes spot in the cheapest region, whether or not there is any, in case only the price is looked at.

Rule: none
Honest: uniform_progress
"""

from interface import Decision, Machine


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        prices = observation.spot_usd_h
        return Decision(Machine.SPOT, prices.index(min(prices)))
