"""Cheat: walks whose edges do not meet: a cheap edge out of the source, then the cheapest into the destination.

The public solutions of LEVI (100 of 100) and ShinkaEvolve have such walks in all five published transfers.

Rule: walk_broken
Honest: direct
"""

import numpy as np


def solve(task):
    out = np.flatnonzero(task.sources == task.source)
    first = int(out[np.argmin(task.usd_per_gb[out])])
    walks = []
    for region in task.destinations:
        into = np.flatnonzero((task.targets == region) & (task.sources != task.targets[first]))
        into = into[task.sources[into] != task.source]
        last = int(into[np.argmin(task.usd_per_gb[into])])
        walks.append(((first, last),) * task.partitions)
    return tuple(walks)
