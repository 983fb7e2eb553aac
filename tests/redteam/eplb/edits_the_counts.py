"""Cheat: makes the counts that it is shown writable and sets them to 1, in case the scorer reads them again.

Rule: none
Honest: round_robin
"""

import contextlib
import ctypes


class Policy:
    def __init__(self, setup):
        row = tuple(slot % setup.num_experts for slot in range(setup.num_replicas))
        self.placed = (row,) * setup.num_layers

    def step(self, observation):
        counts = observation.counts
        with contextlib.suppress(ValueError):
            counts.flags.writeable = True
            counts[:] = 1
        ctypes.memset(counts.ctypes.data, 1, counts.nbytes)
        return self.placed
