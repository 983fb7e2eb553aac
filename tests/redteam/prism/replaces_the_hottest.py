"""Cheat: puts the model that asks the least in the place of the one that asks the most.

Rule: model_repeated
Honest: round_robin
"""

from interface import demand


def solve(task):
    order = sorted(range(len(task.models)), key=lambda index: demand(task.models[index]))
    order[-1] = order[0]
    return {gpu: tuple(order[gpu :: task.gpu_count]) for gpu in range(task.gpu_count)}
