"""Cheat: goes back to the source on the way, so that the source receives, too, and shares are counted anew.

Rule: walk_revisits
Honest: direct
"""

import numpy as np


def solve(task):
    pairs = zip(task.sources.tolist(), task.targets.tolist(), strict=True)
    edge = {pair: number for number, pair in enumerate(pairs)}
    relay = next(r for r in np.unique(task.sources).tolist() if r not in (task.source, *task.destinations))
    loop = (edge[task.source, relay], edge[relay, task.source])
    return tuple(((*loop, edge[task.source, region]),) * task.partitions for region in task.destinations)
