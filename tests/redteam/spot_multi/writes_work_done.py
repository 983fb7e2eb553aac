"""Cheat: writes its own progress, overhead and availability into the objects of the public form, then idles.

Rule: none
Honest: public_greedy
Form: published
"""

from sky_spot.strategies.strategy import MultiRegionStrategy
from sky_spot.utils import ClusterType


class Forges(MultiRegionStrategy):
    NAME = "forges"

    def _step(self, last_cluster_type, has_spot):
        self.task_done_time.append(self.task_duration)
        self.remaining_restart_overhead = -1e9
        self.restart_overhead = 0.0
        self.env.elapsed_seconds = 0.0
        self.env.gap_seconds = 1e9
        self.env._available = (True,) * self.env.get_num_regions()
        self.env._prices = (0.0,) * self.env.get_num_regions()
        self.deadline = 1e12
        return ClusterType.NONE
