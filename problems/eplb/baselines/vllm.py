"""vLLM's default: DeepSeek's hierarchical balancing, on the load of the last 1,000 steps.

All replicas of a group stay on one node. Where nodes do not divide groups there is no such rule, and all GPUs are
one node.
"""

from collections import deque

import numpy as np
from interface import Decision, Observation, Setup

WINDOWS = 10


class Policy:
    """Takes the mean of many windows for the next, and keeps groups together."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        ruled = setup.num_groups % setup.num_nodes == 0
        self.groups, self.nodes = (setup.num_groups, setup.num_nodes) if ruled else (1, 1)
        self.last: deque[np.ndarray] = deque(maxlen=WINDOWS)

    def step(self, observation: Observation) -> Decision:
        """Places what is expected, node by node."""
        load = self.expected(observation)
        layers, nodes = len(load), self.nodes
        experts = self.experts_of_nodes(load)
        weight = np.take_along_axis(load, experts, axis=1).reshape(layers * nodes, -1)
        chosen, share = replicate(weight, self.setup.num_replicas // nodes)
        packed = pack(np.take_along_axis(share, chosen, axis=1), self.setup.num_gpus // nodes)
        local = np.take_along_axis(chosen, packed, axis=1)
        return np.take_along_axis(experts.reshape(layers * nodes, -1), local, axis=1).reshape(layers, -1)

    def expected(self, observation: Observation) -> np.ndarray:
        """Load of the window to come: the mean of the last ones, without the guess before the first."""
        if observation.window == 1:
            self.last.clear()
        self.last.append(observation.counts)
        return np.mean(self.last, axis=0)

    def experts_of_nodes(self, load: np.ndarray) -> np.ndarray:
        """Packs groups to nodes by their load; the experts of the first node come first, shape (L, E)."""
        layers, experts = load.shape
        size = experts // self.groups
        groups = pack(load.reshape(layers, self.groups, size).sum(axis=2), self.nodes)
        return (groups[:, :, None] * size + np.arange(size)).reshape(layers, experts)


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
