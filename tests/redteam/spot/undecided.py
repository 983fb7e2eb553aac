"""Cheat: decides with numbers that are no decision, in case they are free of charge.

Rule: answer_type
Honest: on_demand
"""


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return 3
