"""Cheat: moves a live machine to the cheapest spot in every tick, which the public simulator does for free.

Rule: none
Honest: uniform_progress
"""

from interface import Decision, Machine


class Policy:
    def __init__(self, setup):
        self.turn = 0

    def step(self, observation):
        there = [region for region, available in enumerate(observation.available) if available]
        if not there:
            return Decision(Machine.NONE, observation.region)
        self.turn += 1
        return Decision(Machine.SPOT, there[self.turn % len(there)])
