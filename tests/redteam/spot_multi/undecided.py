"""Cheat: decides on a kind of machine that there is none of, in case it is free of charge.

Rule: answer_type
Honest: on_demand
"""


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return (3, observation.region)
