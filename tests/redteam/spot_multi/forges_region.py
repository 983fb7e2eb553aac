"""Cheat: writes a region that does not exist into the public environment, past its own check.

Rule: region_out_of_range
Honest: on_demand
Form: published
"""

from sky_spot.strategies.strategy import MultiRegionStrategy
from sky_spot.utils import ClusterType


class Forges(MultiRegionStrategy):
    NAME = "forges_region"

    def _step(self, last_cluster_type, has_spot):
        self.env._region = self.env.get_num_regions()
        return ClusterType.SPOT
