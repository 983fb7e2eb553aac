"""Cheat: works once, on the first real window, and returns that answer ever after; speed was half of a public score.

Rule: none
Honest: window_mean
"""

import numpy as np


class Policy:
    def __init__(self, setup):
        self.setup, self.answer = setup, None

    def step(self, observation):
        if self.answer is None or observation.window == 1:
            self.answer = self.placed(observation.counts)
        return self.answer

    def placed(self, counts):
        layers, experts = counts.shape
        falling = np.argsort(-counts, axis=1, kind="stable")
        spare = falling[:, : self.setup.num_replicas - experts]
        dealt = np.concatenate([spare, falling], axis=1)
        gpus = self.setup.num_gpus
        slots = np.arange(self.setup.num_replicas).reshape(-1, gpus)
        slots[1::2] = slots[1::2, ::-1]
        return dealt[:, slots.T.ravel()]
