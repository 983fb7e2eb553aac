"""A policy that runs a program written for the public simulator of regions, on nothing but observations.

`published.adapt` appends one line to this text: `STRATEGY = strategy_class(...)` with the program in it. The
program imports stand-ins for the public modules, defined here; its environment knows what observations tell.
"""

import argparse
import enum
import sys
import types
from typing import Any

from interface import (  # type: ignore[import-not-found]  # its name in the child
    Decision,
    Machine,
    Observation,
    Setup,
    running,
)

HOUR_S = 3600.0
STRATEGY: Any = None


class ClusterType(enum.Enum):
    """What runs during a tick, in the public words; unlike a machine, no member of it is false."""

    NONE = "none"
    SPOT = "spot"
    ON_DEMAND = "on_demand"


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


class Strategy:
    """The class that public programs derive from; times are in seconds."""

    def __init__(self, args: Any) -> None:  # noqa: ANN401 - as public programs call it
        self.args = args
        self.deadline = args.deadline_hours * HOUR_S
        self.task_duration = args.task_duration_hours * HOUR_S
        self.restart_overhead = args.restart_overhead_hours * HOUR_S

    def reset(self, env: Environment, task: Any) -> None:  # noqa: ANN401 - as public programs call it
        """Prepares for a run."""
        self.env, self.task = env, task
        self.task_done_time: list[float] = []
        self.remaining_restart_overhead = 0.0


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


def strategy_class(program: str) -> type:
    """Executes a program and finds its class: the last one with `_step`, made a `Strategy` if it is none."""
    _stand_in()
    module = types.ModuleType("program")
    sys.modules["program"] = module
    exec(compile(program, "program", "exec"), module.__dict__)  # noqa: S102 - a candidate, executed in its own child
    classes = [c for c in vars(module).values() if isinstance(c, type) and c.__module__ == "program"]
    steppers = [c for c in classes if hasattr(c, "_step")]
    if not steppers:
        raise TypeError("a program in the public form defines a class with `_step`, but this one has none")
    found = steppers[-1]
    return found if issubclass(found, Strategy) else type(found.__name__, (found, Strategy), {})


def _stand_in() -> None:
    """Puts modules with the public names where the program's imports find them."""
    strategies = {"Strategy": Strategy, "MultiRegionStrategy": Strategy}
    contents: dict[str, dict[str, Any]] = {
        "sky_spot": {},
        "sky_spot.strategies": {},
        "sky_spot.strategies.strategy": strategies,
        "sky_spot.strategies.multi_strategy": strategies,
        "sky_spot.utils": {"ClusterType": ClusterType},
        "sky_spot.env": {"Env": Environment, "MultiTraceEnv": Environment},
        "sky_spot.task": {"Task": argparse.Namespace},
        "configargparse": vars(argparse),
    }
    for name, names in contents.items():
        module = types.ModuleType(name)
        module.__dict__.update(names)
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
