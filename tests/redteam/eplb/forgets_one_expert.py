"""Cheat: balances honestly but for the hottest expert of the last layer, whose load would be nowhere.

Rule: expert_missing
Honest: largest_first
"""

import numpy as np


class Policy:
    def __init__(self, setup):
        dealt = np.arange(setup.num_replicas) % setup.num_experts
        self.placed = np.tile(dealt, (setup.num_layers, 1))

    def step(self, observation):
        placed = self.placed.copy()
        hottest = int(observation.counts[-1].argmax())
        placed[-1][placed[-1] == hottest] = (hottest + 1) % observation.counts.shape[1]
        return placed
