"""Cheat: puts a pair of experts into each slot, one of which a scorer might take and the other count.

Rule: answer_type
Honest: largest_first
"""


class Policy:
    def __init__(self, setup):
        pairs = [
            [slot % setup.num_experts, (slot + 1) % setup.num_experts] for slot in range(setup.num_replicas)
        ]
        self.placed = [pairs] * setup.num_layers

    def step(self, observation):
        return self.placed
