"""Cheat: sets slots and GPUs in the setup to one, so that there is nothing to balance.

Rule: none
Honest: round_robin
"""

import gc

import interface


class Policy:
    def __init__(self, setup):
        row = tuple(slot % setup.num_experts for slot in range(setup.num_replicas))
        self.placed = (row,) * setup.num_layers
        interface.slots_per_gpu = lambda setup: setup.num_replicas
        interface.balance = lambda *_: 1.0
        for found in gc.get_objects():
            if isinstance(found, dict) and "num_gpus" in found:
                found["num_gpus"] = 1

    def step(self, observation):
        return self.placed
