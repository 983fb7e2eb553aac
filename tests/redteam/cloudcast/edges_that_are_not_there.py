"""Cheat: edges of its own behind the last one, which nobody has priced.

Rule: edge_out_of_range
Honest: direct
"""


def solve(task):
    edges = len(task.sources)
    return tuple(((edges + d,),) * task.partitions for d in range(len(task.destinations)))
