"""Packs a load that is known, as well as we can: the placement that references are measured with.

Spare slots go one by one to the expert with the most load a replica, which makes the largest share as small
as it can be; replicas are packed largest first (`Graham 1969 <https://doi.org/10.1137/0117039>`_) and then
exchanged between the busiest GPU and another as long as that helps.
"""

import numpy as np

ROUNDS = 32
"""Exchanges tried in each layer."""


def place(load: np.ndarray, replicas: int, gpus: int) -> np.ndarray:
    """Places a load without regard to groups and nodes.

    Args:
        load: By layer and expert, shape (L, E); any unit.

    Returns:
        Expert by layer and slot, int64, shape (L, replicas).
    """
    weight = np.asarray(load, dtype=np.float64)
    chosen, share = _replicas(weight, replicas)
    slots = np.take_along_axis(share, chosen, axis=1)
    order = np.argsort(-slots, axis=1, kind="stable")
    chosen, slots = (np.take_along_axis(a, order, axis=1) for a in (chosen, slots))
    packed = _largest_first(slots, gpus)
    placed, loads = (np.take_along_axis(a, packed, axis=1) for a in (chosen, slots))
    return _exchanged(placed, loads, gpus)


def _replicas(weight: np.ndarray, replicas: int) -> tuple[np.ndarray, np.ndarray]:
    """Expert of each replica, shape (L, replicas), and load of a replica of each expert, shape (L, E)."""
    layers, experts = weight.shape
    every, counts, share = np.arange(layers), np.ones_like(weight), weight.copy()
    chosen = np.tile(np.arange(experts), (layers, 1))
    for _ in range(replicas - experts):
        hot = share.argmax(axis=1)
        counts[every, hot] += 1
        share[every, hot] = weight[every, hot] / counts[every, hot]
        chosen = np.column_stack((chosen, hot))
    return chosen, share


def _largest_first(slots: np.ndarray, gpus: int) -> np.ndarray:
    """Index of the item in each slot, given the load of items in falling order, shape (L, replicas)."""
    layers, replicas = slots.shape
    room, every = replicas // gpus, np.arange(layers)
    loads, filled = np.zeros((layers, gpus)), np.zeros((layers, gpus), dtype=np.int64)
    packed = np.empty((layers, replicas), dtype=np.int64)
    for item in range(replicas):
        gpu = np.where(filled < room, loads, np.inf).argmin(axis=1)
        packed[every, gpu * room + filled[every, gpu]] = item
        filled[every, gpu] += 1
        loads[every, gpu] += slots[:, item]
    return packed


def _exchanged(placed: np.ndarray, loads: np.ndarray, gpus: int) -> np.ndarray:
    """Exchanges a replica of the busiest GPU for the one that brings the larger of both loads lowest."""
    layers, replicas = placed.shape
    room, every = replicas // gpus, np.arange(layers)
    for _ in range(ROUNDS):
        busy = loads.reshape(layers, gpus, room).sum(axis=2)
        top = busy.argmax(axis=1)
        peak = busy[every, top]
        own = top[:, None] * room + np.arange(room)
        less = np.take_along_axis(loads, own, axis=1)[:, :, None] - loads[:, None, :]
        after = np.maximum(peak[:, None, None] - less, np.repeat(busy, room, axis=1)[:, None, :] + less)
        best = after.reshape(layers, -1).argmin(axis=1)
        first, second = own[every, best // replicas], best % replicas
        helps = after.reshape(layers, -1)[every, best] < peak
        if not helps.any():
            break
        rows, first, second = every[helps], first[helps], second[helps]
        for values in (placed, loads):
            values[rows, first], values[rows, second] = values[rows, second], values[rows, first]
    return placed
