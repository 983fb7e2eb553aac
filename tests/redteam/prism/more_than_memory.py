"""Cheat: stacks all models on one GPU, whose free memory and so its pressure become negative: the lowest of all.

Rule: memory_exceeded
Honest: round_robin
"""


def solve(task):
    return {0: tuple(range(len(task.models)))}
