"""Cheat: asks for spot in all regions at once, in case one that lives does the work.

Rule: answer_type
Honest: on_demand
"""

from interface import Machine


class Policy:
    def __init__(self, setup):
        self.regions = range(len(setup.regions))

    def step(self, observation):
        return [(Machine.SPOT, region) for region in self.regions]
