"""Cheat: asks for half of an on-demand machine.

Rule: answer_type
Honest: on_demand
"""


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return 1.5
