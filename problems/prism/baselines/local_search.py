"""Local search from best fit: moves and swaps that relieve the GPU under the highest pressure, with kicks.

Best fit under a target pressure is Coffman 1978 (MULTIFIT); the search is iterated local search, Lourenco 2003.
"""

import random
from math import sqrt

from interface import Answer, Task, demand

HALVINGS = 20
"""Targets of best fit; each halves the interval in which the target lies."""

KICKS = 100
"""Times that a settled placement is shaken by random swaps and settles anew."""

SWAPS = 3
"""Random swaps of a kick."""


class Placement:
    """A placement under repair.

    Attributes:
        placed: Indices of models by GPU.
        free: Memory left by GPU.
        demands: Summed demand by GPU.
    """

    def __init__(self, task: Task, placed: list[list[int]]) -> None:
        self.sizes = [model.size_gb for model in task.models]
        self.weights = [demand(model) for model in task.models]
        self.placed = [list(indices) for indices in placed]
        self.free = [task.gpu_memory_gb - sum(self.sizes[i] for i in p) for p in placed]
        self.demands = [sum(self.weights[i] for i in p) for p in placed]

    def pressures(self) -> list[float]:
        return [demand / free for demand, free in zip(self.demands, self.free, strict=True)]

    def exchange(self, here: int, there: int, out: int | None, back: int | None) -> None:
        """Moves `out` from here to there and `back` the other way; None moves nothing."""
        for index, source, target in ((out, here, there), (back, there, here)):
            if index is not None:
                self.placed[source].remove(index)
                self.placed[target].append(index)
                self.free[source] += self.sizes[index]
                self.free[target] -= self.sizes[index]
                self.demands[source] -= self.weights[index]
                self.demands[target] += self.weights[index]

    def settle(self) -> float:
        """Applies the best exchange with the hottest GPU while one relieves it; returns the value."""
        while True:
            pressures = self.pressures()
            value = max(pressures)
            hottest = pressures.index(value)
            found = self.best_exchange(hottest, value - 1e-12)
            if found is None:
                return value
            self.exchange(hottest, *found)

    def best_exchange(self, here: int, limit: float) -> tuple[int, int | None, int | None] | None:
        """The move or swap after which the higher of both GPUs is lowest; None if that is not below `limit`."""
        best = None
        sizes, weights = self.sizes, self.weights
        free_here, demand_here = self.free[here], self.demands[here]
        for there in range(len(self.placed)):
            if there == here:
                continue
            free_there, demand_there = self.free[there], self.demands[there]
            for out in self.placed[here]:
                for back in (None, *self.placed[there]):
                    size, weight = sizes[out], weights[out]
                    if back is not None:
                        size, weight = size - sizes[back], weight - weights[back]
                    free_a, free_b = free_here + size, free_there - size
                    if free_a > 0 and free_b > 0:
                        a, b = (demand_here - weight) / free_a, (demand_there + weight) / free_b
                        higher = max(a, b)
                        if higher < limit:
                            limit, best = higher, (there, out, back)
        return best

    def kick(self, rng: random.Random) -> None:
        """Swaps random models of random GPUs where memory allows it."""
        for _ in range(SWAPS):
            here, there = rng.sample(range(len(self.placed)), 2)
            if self.placed[here] and self.placed[there]:
                out, back = rng.choice(self.placed[here]), rng.choice(self.placed[there])
                size = self.sizes[out] - self.sizes[back]
                if self.free[here] + size > 0 and self.free[there] - size > 0:
                    self.exchange(here, there, out, back)


def solve(task: Task) -> Answer:
    """Settles best fit's placement, then kicks the best placement so far again and again."""
    rng = random.Random(0)
    placement = Placement(task, best_fit(task))
    least, best = placement.settle(), placement.placed
    for _ in range(KICKS if task.gpu_count > 1 else 0):
        placement = Placement(task, best)
        placement.kick(rng)
        value = placement.settle()
        if value <= least:
            least, best = value, placement.placed
    return {gpu: tuple(indices) for gpu, indices in enumerate(best)}


def best_fit(task: Task) -> list[list[int]]:
    """Halves the target pressure as long as best fit places all models under it."""
    total = sum(map(demand, task.models))
    low = total / (task.gpu_count * task.gpu_memory_gb - sum(model.size_gb for model in task.models))
    high = total  # so high a target is best fit by size, which always succeeds
    best = packed(task, high)
    for _ in range(HALVINGS):
        target = sqrt(low * high)
        found = packed(task, target)
        if found is None:
            low = target
        else:
            best, high = found, target
    return best


def packed(task: Task, target: float) -> list[list[int]] | None:
    """Places the heaviest model first, where the least room is left; None if one has no place."""
    weights = [demand(model) + target * model.size_gb for model in task.models]
    room = [target * task.gpu_memory_gb] * task.gpu_count
    placed = [[] for _ in room]
    for index in sorted(range(len(weights)), key=lambda index: -weights[index]):
        fitting = [gpu for gpu, left in enumerate(room) if weights[index] <= left]
        if not fitting:
            return None
        gpu = min(fitting, key=room.__getitem__)
        placed[gpu].append(index)
        room[gpu] -= weights[index]
    return placed
