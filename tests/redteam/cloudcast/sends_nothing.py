"""Cheat: empty walks, which cost nothing.

Rule: walk_empty
Honest: direct
"""


def solve(task):
    return (((),) * task.partitions,) * len(task.destinations)
