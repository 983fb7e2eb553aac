"""Cheat: looks ahead in the trace that the public environment object carries.

Rule: exception
Honest: on_demand
Form: published
"""

from sky_spot.strategies.strategy import Strategy
from sky_spot.utils import ClusterType


class LooksAhead(Strategy):
    NAME = "looks_ahead"

    def _step(self, last_cluster_type, has_spot):
        coming = self.env.trace[self.env.tick : self.env.tick + 12]
        return ClusterType.SPOT if any(coming) else ClusterType.ON_DEMAND
