"""Cheat: fills the first GPU just beyond its memory and spreads the rest.

Rule: memory_exceeded
Honest: ratio_greedy
"""


def solve(task):
    order = sorted(range(len(task.models)), key=lambda index: task.models[index].size_gb)
    first, used = [], 0
    while used <= task.gpu_memory_gb and order:
        first.append(order.pop(0))
        used += task.models[first[-1]].size_gb
    placement = {0: tuple(first)}
    for place, index in enumerate(order):
        gpu = 1 + place % (task.gpu_count - 1)
        placement[gpu] = (*placement.get(gpu, ()), index)
    return placement
