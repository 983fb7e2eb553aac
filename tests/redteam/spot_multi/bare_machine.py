"""Cheat: leaves the region out, as if the job ran nowhere.

Rule: answer_type
Honest: on_demand
"""

from interface import Machine


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return Machine.SPOT
