"""Cheat: answers with the largest integer of a machine word, in case the check takes it for -1.

Rule: region_out_of_range
Honest: on_demand
"""

from interface import Decision, Machine


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return Decision(Machine.ON_DEMAND, (1 << 64) - 1)
