"""Best fit under a target pressure, which is halved until it no longer fits.

No GPU is above a target t exactly if demand + t * size of its models adds up to at most t * memory: bins of
one dimension. Coffman 1978, "An Application of Bin-Packing to Multiprocessor Scheduling" (MULTIFIT), with best
fit in place of first fit.
"""

from interface import Answer, Task, demand, value

HALVINGS = 20
"""Targets tried; each halves the interval in which the target lies."""


def solve(task: Task) -> Answer:
    """Finds the lowest target at which best fit places all models, and returns the best placement met."""
    demands = [demand(model) for model in task.models]
    free = task.gpu_count * task.gpu_memory_gb - sum(model.size_gb for model in task.models)
    low, high = sum(demands) / free, sum(demands)
    best = packed(task, demands, high)  # so high a target is best fit by size, which always succeeds
    for _ in range(HALVINGS):
        # Targets spread over orders of magnitude, so the middle is the geometric one.
        target = (low * high) ** 0.5
        found = packed(task, demands, target)
        if found is None:
            low = target
        else:
            best = min(best, found, key=lambda placement: value(task, placement))
            high = min(target, value(task, found))
    return best


def packed(task: Task, demands: list[float], target: float) -> Answer | None:
    """Places the heaviest model first, where the least room is left; None if one has no place."""
    weights = [d + target * model.size_gb for d, model in zip(demands, task.models, strict=True)]
    room = [target * task.gpu_memory_gb] * task.gpu_count
    placed = [[] for _ in room]
    for index in sorted(range(len(weights)), key=lambda index: -weights[index]):
        fitting = [gpu for gpu, left in enumerate(room) if weights[index] <= left]
        if not fitting:
            return None
        gpu = min(fitting, key=room.__getitem__)
        placed[gpu].append(index)
        room[gpu] -= weights[index]
    return {gpu: tuple(indices) for gpu, indices in enumerate(placed)}
