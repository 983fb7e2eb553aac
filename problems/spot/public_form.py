"""A policy that runs a program written for the public simulator, on nothing but observations.

`published.adapt` puts the stand-ins of `sky_spot` before this text and a line behind it: `STRATEGY =
strategy_class(...)` with the program in it. The program's environment knows what observations tell.
"""

import argparse
from typing import TYPE_CHECKING, Any

from interface import Decision, Observation, Setup, running  # type: ignore[import-not-found]  # its name in the child

if TYPE_CHECKING:
    # In the child their text stands before this one, and nothing of ours can be imported.
    from problems.spot.sky_spot import HOUR_S, ClusterType  # noqa: TC004

STRATEGY: Any = None


class Environment:
    """The present, as far as an observation tells it; times are in seconds."""

    def __init__(self, gap_s: int) -> None:
        self.gap_seconds = float(gap_s)
        self.show(Observation(0, False, Decision.NONE, 0, 0))

    def show(self, observation: Observation) -> None:
        """Takes over what is observed."""
        self.elapsed_seconds = float(observation.elapsed_s)
        self.tick = int(observation.elapsed_s // self.gap_seconds)
        self.cluster_type = ClusterType[running(observation).name]
        self._observed = (ClusterType[Decision(observation.last).name], observation.has_spot)

    def observe(self) -> tuple[ClusterType, bool]:
        """Says what ran last and whether there is spot now."""
        return self._observed


class Policy:
    """Keeps the program's attributes as the public simulator would have them, and asks for its step."""

    def __init__(self, setup: Setup) -> None:
        hours = {
            "deadline_hours": setup.deadline_s / HOUR_S,
            "task_duration_hours": setup.task_s / HOUR_S,
            "restart_overhead_hours": setup.restart_overhead_s / HOUR_S,
        }
        self.env = Environment(setup.gap_s)
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
        return Decision[ClusterType(answer).name]
