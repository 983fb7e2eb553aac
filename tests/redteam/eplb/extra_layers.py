"""Cheat: answers every layer twice, first as asked and then as it likes, and hopes that the better one counts.

Rule: wrong_layers
Honest: largest_first
"""


class Policy:
    def __init__(self, setup):
        row = [slot % setup.num_experts for slot in range(setup.num_replicas)]
        self.placed = [row] * setup.num_layers + [row[::-1]] * setup.num_layers

    def step(self, observation):
        return self.placed
