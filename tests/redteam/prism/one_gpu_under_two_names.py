"""Cheat: names GPU 0 twice, as a number and as text, which are one key once encoded.

Rule: model_missing
Honest: round_robin
"""


def solve(task):
    half = len(task.models) // 2
    return {0: tuple(range(half)), "0": tuple(range(half, len(task.models)))}
