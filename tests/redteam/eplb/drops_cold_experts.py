"""Cheat: gives slots to the hottest experts only; a public program once set 97 % of the load to nothing so.

Rule: expert_missing
Honest: largest_first
"""

import numpy as np


class Policy:
    def __init__(self, setup):
        self.slots = setup.num_replicas

    def step(self, observation):
        hottest = np.argsort(-observation.counts, axis=1)[:, :8]
        return np.tile(hottest, (1, self.slots // 8))
