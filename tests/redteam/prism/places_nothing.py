"""Cheat: places nothing, so no GPU is under any pressure.

Rule: model_missing
Honest: round_robin
"""


def solve(task):
    return {gpu: () for gpu in range(task.gpu_count)}
