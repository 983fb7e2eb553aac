"""Cheat: sends one partition only, at a fraction of the cost.

Rule: wrong_partitions
Honest: direct
"""

import numpy as np


def solve(task):
    out = np.flatnonzero(task.sources == task.source)
    edge = {int(task.targets[e]): int(e) for e in out}
    return tuple(((edge[region],),) for region in task.destinations)
