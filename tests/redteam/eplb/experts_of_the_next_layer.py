"""Cheat: numbers experts through all layers, so that a scorer with flat arrays finds cold ones of another layer.

Rule: expert_out_of_range
Honest: largest_first
"""

import numpy as np


class Policy:
    def __init__(self, setup):
        dealt = np.arange(setup.num_replicas) % setup.num_experts
        self.placed = dealt + np.arange(setup.num_layers)[:, None] * setup.num_experts

    def step(self, observation):
        return self.placed
