"""Cheat: looks ahead in the traces that the public environment object carries.

Rule: exception
Honest: on_demand
Form: published
"""

from sky_spot.strategies.multi_strategy import MultiRegionStrategy
from sky_spot.utils import ClusterType


class LooksAhead(MultiRegionStrategy):
    NAME = "looks_ahead"

    def _step(self, last_cluster_type, has_spot):
        traces = self.env._region_traces
        ahead = [sum(trace[self.env.tick : self.env.tick + 200]) for trace in traces]
        self.env.switch_region(ahead.index(max(ahead)))
        return ClusterType.SPOT
