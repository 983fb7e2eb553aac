"""Arrivals at a gate: bursts drawn by a two-state chain, each met with two prices of opening."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from problems.base import Instance, Split, fingerprint

from .interface import Setup

SIZES = {Split.SMOKE: 1, Split.SEARCH: 4, Split.VALIDATION: 9, Split.HOLDOUT: 9}
"""Days by split; a day is a group and a block."""

_PASS, _OPEN_COST, _OPENING_COSTS = 3, 2.0, (2.0, 8.0)


@dataclass(frozen=True, slots=True)
class Day:
    """The data of an instance."""

    setup: Setup
    arrivals: tuple[int, ...]
    least_cost: float


def drawn(split: Split) -> Iterator[Instance]:
    """Draws a split's instances, the same on every machine."""
    for i in range(SIZES[split]):
        arrivals = _arrivals(np.random.default_rng([len(split), sum(split.encode()), i]))
        for opening_cost in _OPENING_COSTS[: 1 if split is Split.SMOKE else None]:
            setup = Setup(len(arrivals), _PASS, _OPEN_COST, opening_cost, len(arrivals) // 4)
            day = Day(setup, arrivals, _least_cost(setup, arrivals))
            digest = fingerprint(np.array(arrivals), *setup)
            yield Instance(f"day-{i}-opening-{opening_cost:g}", f"day-{i}", f"day-{i}", digest, day)


def _arrivals(rng: np.random.Generator, ticks: int = 48) -> tuple[int, ...]:
    busy, found = False, []
    for _ in range(ticks):
        busy = bool(rng.random() < (0.6 if busy else 0.15))
        found.append(int(rng.integers(1, 6)) if busy else int(rng.random() < 0.2))
    return tuple(found)


def _least_cost(setup: Setup, arrivals: tuple[int, ...]) -> float:
    """Dynamic programming forward over (waiting, open), with all arrivals known and hinges that last."""
    costs = {(0, False): 0.0}
    for arrived in arrivals:
        after: dict[tuple[int, bool], float] = {}
        for (waiting, was_open), cost in costs.items():
            for is_open in (False, True):
                left = max(waiting + arrived - setup.pass_per_tick * is_open, 0)
                spent = cost + left + setup.open_cost * is_open
                spent += setup.opening_cost * (is_open and not was_open)
                after[left, is_open] = min(spent, after.get((left, is_open), spent))
        costs = after
    return min(costs.values())
