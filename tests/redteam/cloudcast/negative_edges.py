"""Cheat: edges counted from the end, so that one edge has two ids and could be paid once for both.

Rule: edge_out_of_range
Honest: direct
"""

import numpy as np


def solve(task):
    out = np.flatnonzero(task.sources == task.source)
    edge = {int(task.targets[e]): int(e) - len(task.sources) for e in out}
    return tuple(((edge[region],),) * task.partitions for region in task.destinations)
