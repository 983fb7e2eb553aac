"""Cheat: answers with edge ids remembered from another network.

Rule: walk_wrong_start walk_wrong_end
Honest: direct
"""


def solve(task):
    return tuple(((5 + d,),) * task.partitions for d in range(len(task.destinations)))
