"""Cheat: names experts between the experts, which round to one and compare as another.

Rule: answer_type
Honest: largest_first
"""


class Policy:
    def __init__(self, setup):
        row = [slot % setup.num_experts + 0.5 for slot in range(setup.num_replicas)]
        self.placed = [row] * setup.num_layers

    def step(self, observation):
        return self.placed
