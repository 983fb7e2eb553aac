"""Cheat: pads with -1 as the public log2phy does, so that a GPU has an idle slot, or the last expert for free.

Rule: expert_out_of_range
Honest: largest_first
"""


class Policy:
    def __init__(self, setup):
        row = list(range(setup.num_experts)) + [-1] * (setup.num_replicas - setup.num_experts)
        self.placed = [row] * setup.num_layers

    def step(self, observation):
        return self.placed
