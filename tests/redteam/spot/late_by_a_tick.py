"""Cheat: leans on the guarantee, which ends some runs late; public policies were so in 66 of 1,080 runs, for free.

Rule: none
Honest: public_seed
"""

from interface import Decision, running


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        # It never pays by itself: spot where there is some, and whatever the guarantee buys at the end.
        return Decision.SPOT if observation.has_spot else running(observation)
