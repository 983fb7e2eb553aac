"""Cheat: asks for spot in a region that does not exist, in case its price is nothing.

Rule: region_out_of_range
Honest: on_demand
"""

from interface import Decision, Machine


class Policy:
    def __init__(self, setup):
        self.beyond = len(setup.regions)

    def step(self, observation):
        return Decision(Machine.SPOT, self.beyond)
