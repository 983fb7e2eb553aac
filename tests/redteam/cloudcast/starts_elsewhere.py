"""Cheat: sends to each destination from wherever that is cheapest, as if the data were there already.

Rule: walk_wrong_start
Honest: direct
"""

import numpy as np


def solve(task):
    walks = []
    for region in task.destinations:
        into = np.flatnonzero((task.targets == region) & (task.sources != task.source))
        walks.append(((int(into[np.argmin(task.usd_per_gb[into])]),),) * task.partitions)
    return tuple(walks)
