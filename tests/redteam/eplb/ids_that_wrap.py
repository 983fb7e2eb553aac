"""Cheat: names experts beyond 2^64, which wrap round to small ones where numbers have 64 bits.

Rule: expert_out_of_range, answer_malformed, answer_type
Honest: largest_first
"""


class Policy:
    def __init__(self, setup):
        row = [(1 << 64) + slot % setup.num_experts for slot in range(setup.num_replicas)]
        self.placed = [row] * setup.num_layers

    def step(self, observation):
        return self.placed
