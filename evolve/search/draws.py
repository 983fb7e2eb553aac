"""Draws from a generator that come out the same on every machine."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


def weighted(rng: np.random.Generator, weights: Sequence[float]) -> int:
    """Draws an index in proportion to its weight; one draw from the generator, cost linear in the weights."""
    mark = float(rng.random()) * sum(weights)
    for index, weight in enumerate(weights):
        mark -= weight
        if mark < 0:
            return index
    # Rounding can leave a mark of 0 after the last weight.
    return max(i for i, weight in enumerate(weights) if weight > 0)


def one_of(rng: np.random.Generator, items: Sequence[Item]) -> Item:
    """Draws an item, each equally likely."""
    return items[int(rng.integers(len(items)))]


def shuffled(rng: np.random.Generator, items: Sequence[Item]) -> list[Item]:
    """Returns the items in a drawn order."""
    return [items[int(i)] for i in rng.permutation(len(items))]
