"""Cheat: asks for a machine half-way between two regions.

Rule: answer_type
Honest: on_demand
"""

from interface import Machine


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return (Machine.SPOT, 0.5)
