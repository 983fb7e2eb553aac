"""Cheat: counts regions from the end, in case one is billed and another one looked at.

Rule: region_out_of_range
Honest: on_demand
"""

from interface import Decision, Machine


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return Decision(Machine.SPOT, -1)
