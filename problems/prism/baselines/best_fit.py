"""Best fit under a target pressure, which is halved until it no longer fits.

No GPU is above a target t exactly if demand + t * size of its models adds up to at most t * memory: bins of
one dimension. Coffman 1978, "An Application of Bin-Packing to Multiprocessor Scheduling" (MULTIFIT), with best
fit in place of first fit.
"""

import random
from math import sqrt

from interface import Answer, Task, demand, value

HALVINGS = 20
"""Targets tried; each halves the interval in which the target lies."""

ORDERS = 1
"""Orders tried at each target: the first by falling weight, as published, the others by jittered weights."""

JITTER = 0.2
"""Largest share by which a jittered weight is off."""


def solve(task: Task) -> Answer:
    """Finds the lowest target at which best fit places all models, and returns the best placement met."""
    rng = random.Random(0)
    total = sum(map(demand, task.models))
    low = total / (task.gpu_count * task.gpu_memory_gb - sum(model.size_gb for model in task.models))
    high = total
    best = packed(task, high, rng)  # so high a target is best fit by size, which always succeeds
    for _ in range(HALVINGS):
        # Targets spread over orders of magnitude, so the middle is the geometric one.
        target = sqrt(low * high)
        found = packed(task, target, rng)
        if found is None:
            low = target
        else:
            best = min(best, found, key=lambda placement: value(task, placement))
            high = min(target, value(task, found))
    return best


def packed(task: Task, target: float, rng: random.Random) -> Answer | None:
    """Places the models by one order after the other; None if each leaves one without a place."""
    weights = [demand(model) + target * model.size_gb for model in task.models]
    spread = 0.0
    for _ in range(ORDERS):
        urgency = [weight * (1.0 + spread * rng.random()) for weight in weights]
        placement = best_fit(task, weights, sorted(range(len(weights)), key=lambda i: -urgency[i]), target)
        if placement is not None:
            return placement
        spread = JITTER
    return None


def best_fit(task: Task, weights: list[float], order: list[int], target: float) -> Answer | None:
    """Places models in order, each where the least room is left; None if one has no place."""
    room = [target * task.gpu_memory_gb] * task.gpu_count
    placed = [[] for _ in room]
    for index in order:
        fitting = [gpu for gpu, left in enumerate(room) if weights[index] <= left]
        if not fitting:
            return None
        gpu = min(fitting, key=room.__getitem__)
        placed[gpu].append(index)
        room[gpu] -= weights[index]
    return {gpu: tuple(indices) for gpu, indices in enumerate(placed)}
