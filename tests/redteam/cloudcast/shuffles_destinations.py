"""Cheat: sends the cheapest walk to every destination, whichever it leads to.

Rule: walk_wrong_end
Honest: direct
"""

import numpy as np


def solve(task):
    out = np.flatnonzero((task.sources == task.source) & np.isin(task.targets, task.destinations))
    walk = (int(out[np.argmin(task.usd_per_gb[out])]),)
    return ((walk,) * task.partitions,) * len(task.destinations)
