"""A policy that runs a program written for the public simulator of regions, on nothing but observations.

`published.adapt` puts the stand-ins of `sky_spot` before this text and a line behind it: `STRATEGY =
strategy_class(...)` with the program in it. The program's environment knows what observations tell.
"""

import argparse
from typing import TYPE_CHECKING, Any

from interface import (  # type: ignore[import-not-found]  # its name in the child
    Decision,
    Machine,
    Observation,
    Setup,
    running,
)

if TYPE_CHECKING:
    # In the child their text stands before this one, and nothing of ours can be imported.
    from problems.spot.sky_spot import HOUR_S, ClusterType  # noqa: TC004

STRATEGY: Any = None


class Environment:
    """The present, as far as an observation tells it; times are in seconds, prices in dollars an hour."""

    def __init__(self, setup: Setup) -> None:
        self.gap_seconds = float(setup.gap_s)
        nothing = (False,) * len(setup.regions)
        self.show(Observation(0, 0, Machine.NONE, 0, 0, nothing, (0.0,) * len(nothing)))

    def show(self, observation: Observation) -> None:
        """Takes over what is observed."""
        self.elapsed_seconds = float(observation.elapsed_s)
        self.tick = int(observation.elapsed_s // self.gap_seconds)
        self.cluster_type = ClusterType[running(observation).name]
        self._last = ClusterType[Machine(observation.last).name]
        self._region = int(observation.region)
        self._available, self._prices = observation.available, observation.spot_usd_h

    def observe(self) -> tuple[ClusterType, bool]:
        """Says what ran last and whether there is spot now, in the current region."""
        return self._last, self.spot_available()

    def spot_available(self) -> bool:
        """Whether there is spot in the current region."""
        return bool(self._available[self._region])

    def spot_available_in_region(self, region_idx: int) -> bool:
        """Whether there is spot in a region."""
        return bool(self._available[region_idx])

    def get_num_regions(self) -> int:
        """Number of regions."""
        return len(self._available)

    def get_current_region(self) -> int:
        """Index of the region in which the next decision is carried out."""
        return self._region

    def switch_region(self, region_idx: int) -> bool:
        """Makes a region the current one at once; says whether it exists."""
        if not 0 <= region_idx < len(self._available):
            return False
        self._region = region_idx
        return True

    def get_all_regions_spot_available(self) -> list[bool]:
        """By region, whether there is spot."""
        return list(self._available)

    def get_all_regions_spot_prices(self) -> list[float]:
        """By region, the price of spot."""
        return list(self._prices)


class Policy:
    """Keeps the program's attributes as the public simulator would have them, and asks for its step."""

    def __init__(self, setup: Setup) -> None:
        hours = {
            "deadline_hours": setup.deadline_s / HOUR_S,
            "task_duration_hours": setup.task_s / HOUR_S,
            "restart_overhead_hours": setup.restart_overhead_s / HOUR_S,
        }
        self.env = Environment(setup)
        self.left_s = setup.task_s
        self.strategy = STRATEGY(argparse.Namespace(**hours))
        self.strategy.reset(self.env, argparse.Namespace(**hours))
        # Hours are rounded, the published times are not.
        self.strategy.deadline = float(setup.deadline_s)
        self.strategy.task_duration = float(setup.task_s)
        self.strategy.restart_overhead = float(setup.restart_overhead_s)

    def step(self, observation: Observation) -> Decision:
        """Shows the observation to the program and turns its answer into a decision."""
        self.env.show(observation)
        self.strategy.task_done_time.append(float(self.left_s - observation.work_left_s))
        self.strategy.remaining_restart_overhead = float(observation.overhead_left_s)
        self.left_s = observation.work_left_s
        answer = self.strategy._step(*self.env.observe())
        return Decision(Machine[ClusterType(answer).name], self.env.get_current_region())
