"""Cheat: replaces what it was shown by what it would like to see, work done above all.

Rule: exception
Honest: on_demand
"""

from interface import Decision, Machine


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        observation.work_left_s = 0
        return Decision(Machine.NONE, 0)
