"""Cheat: answers with an integer beyond any machine word, in case something of the evaluator's breaks on it.

Rule: region_out_of_range
Honest: on_demand
"""

from interface import Decision, Machine


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return Decision(Machine.ON_DEMAND, 1 << 80)
