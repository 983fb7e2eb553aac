"""Cheat: sends one partition more than there are, in case the parts shrink for it.

Rule: wrong_partitions
Honest: direct
"""

import numpy as np


def solve(task):
    out = np.flatnonzero(task.sources == task.source)
    edge = {int(task.targets[e]): int(e) for e in out}
    return tuple(((edge[region],),) * (task.partitions + 1) for region in task.destinations)
