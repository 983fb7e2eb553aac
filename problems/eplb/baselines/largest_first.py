"""Largest first, over all GPUs: spare slots to the hottest experts, replicas in falling order to the lightest GPU.

It balances the last window and knows neither groups nor nodes.
"""

import numpy as np
from interface import Decision, Observation, Setup


class Policy:
    """Takes the last window for the next."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def step(self, observation: Observation) -> Decision:
        """Places what is expected."""
        load = self.expected(observation)
        chosen, share = replicate(load, self.setup.num_replicas)
        packed = pack(np.take_along_axis(share, chosen, axis=1), self.setup.num_gpus)
        return np.take_along_axis(chosen, packed, axis=1)

    def expected(self, observation: Observation) -> np.ndarray:
        """Load of the window to come: that of the last one."""
        return observation.counts.astype(np.float64)


def replicate(load: np.ndarray, slots: int) -> tuple[np.ndarray, np.ndarray]:
    """Gives each spare slot to the expert with the most load a replica.

    Returns:
        Experts by slot, shape (rows, slots), and the load of one replica of each expert, shape (rows, experts).
    """
    rows, experts = load.shape
    every, counts, share = np.arange(rows), np.ones_like(load), load.copy()
    chosen = np.empty((rows, slots), dtype=np.int64)
    chosen[:, :experts] = np.arange(experts)
    for slot in range(experts, slots):
        hot = share.argmax(axis=1)
        chosen[:, slot] = hot
        counts[every, hot] += 1
        share[every, hot] = load[every, hot] / counts[every, hot]
    return chosen, share


def pack(weight: np.ndarray, bins: int) -> np.ndarray:
    """Packs items largest first to the lightest bin with room; items by bin, shape (rows, items)."""
    rows, items = weight.shape
    room, every = items // bins, np.arange(rows)
    order = np.argsort(-weight, axis=1, kind="stable")
    falling = np.take_along_axis(weight, order, axis=1)
    loads, filled = np.zeros((rows, bins)), np.zeros((rows, bins), dtype=np.int64)
    packed = np.empty((rows, items), dtype=np.int64)
    for item in range(items):
        lightest = loads.argmin(axis=1)
        place = filled[every, lightest]
        packed[every, lightest * room + place] = order[:, item]
        filled[every, lightest] = place + 1
        loads[every, lightest] += np.where(place + 1 == room, np.inf, falling[:, item])
    return packed
