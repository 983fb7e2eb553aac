"""Cheat: leaves out the model that asks the most.

Rule: model_missing
Honest: round_robin
"""

from interface import demand


def solve(task):
    hottest = max(range(len(task.models)), key=lambda index: demand(task.models[index]))
    kept = [index for index in range(len(task.models)) if index != hottest]
    return {gpu: tuple(kept[gpu :: task.gpu_count]) for gpu in range(task.gpu_count)}
