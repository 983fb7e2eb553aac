"""Cheat: names a model by NaN, which is neither below nor above any range.

Rule: not_finite
Honest: round_robin
"""


def solve(task):
    return {0: (float("nan"), *range(1, len(task.models)))}
