"""Cheat: leans on the guarantee, which ends some runs late; public policies of one region were so in 66 of 1,080 runs.

Rule: none
Honest: uniform_progress
"""

from interface import Decision, running, Machine


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        # It never pays by itself: spot where there is some, and whatever the guarantee buys at the end.
        if running(observation) != Machine.NONE:
            return Decision(running(observation), observation.region)
        there = [region for region, available in enumerate(observation.available) if available]
        return Decision(Machine.SPOT, there[0]) if there else Decision(Machine.NONE, observation.region)
