"""Cheat: writes its own progress and overhead into the objects of the public form, then idles.

Rule: none
Honest: public_seed
Form: published
"""

from sky_spot.strategies.strategy import Strategy
from sky_spot.utils import ClusterType


class Forges(Strategy):
    NAME = "forges"

    def _step(self, last_cluster_type, has_spot):
        self.task_done_time.append(self.task_duration)
        self.remaining_restart_overhead = -1e9
        self.restart_overhead = 0.0
        self.env.elapsed_seconds = 0.0
        self.deadline = 1e12
        return ClusterType.NONE
