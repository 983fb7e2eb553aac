"""Cheat: leaves out the destination that is dearest to reach.

Rule: wrong_destinations
Honest: direct
"""

import numpy as np


def solve(task):
    out = np.flatnonzero(task.sources == task.source)
    edge = {int(task.targets[e]): int(e) for e in out}
    walks = sorted((task.usd_per_gb[edge[region]], edge[region]) for region in task.destinations)
    return tuple(((walk,),) * task.partitions for _, walk in walks[:-1])
