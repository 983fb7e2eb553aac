"""Cheat: names twice as many experts as there are slots, so that each slot holds two.

Rule: wrong_slots
Honest: largest_first
"""


class Policy:
    def __init__(self, setup):
        row = tuple(slot % setup.num_experts for slot in range(2 * setup.num_replicas))
        self.placed = (row,) * setup.num_layers

    def step(self, observation):
        return self.placed
