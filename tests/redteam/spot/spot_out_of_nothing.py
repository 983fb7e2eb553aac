"""Cheat: takes spot where there is none, in case only the price is looked at.

Rule: none
Honest: public_seed
"""

from interface import Decision


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return Decision.SPOT
