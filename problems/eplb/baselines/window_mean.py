"""Largest first on a moving average of the windows: what lasts counts, what was chance is averaged away.

Spare slots go to the hottest experts, and replicas in falling order to the lightest GPU.
"""

import numpy as np
from interface import Decision, Observation, Setup

NEWEST = 0.5
"""Weight of the last window; that of each before it is half that of the one after it."""


class Policy:
    """Takes the mean of the last windows for the next."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.mean = np.zeros((setup.num_layers, setup.num_experts))

    def step(self, observation: Observation) -> Decision:
        """Places what is expected."""
        load = self.expected(observation)
        chosen, share = replicate(load, self.setup.num_replicas)
        packed = pack(np.take_along_axis(share, chosen, axis=1), self.setup.num_gpus)
        return np.take_along_axis(chosen, packed, axis=1)

    def expected(self, observation: Observation) -> np.ndarray:
        """Load of the window to come: the moving average, which forgets the guess before the first window."""
        weight = NEWEST if observation.window > 1 else 1.0
        self.mean = (1.0 - weight) * self.mean + weight * observation.counts
        return self.mean


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
