"""Time slices: each slice of the time has its share of the work, and inside a slice the policy is greedy.

Within a slice it waits for spot as long as on demand could still do the rest of the share. Having to catch up it
takes whatever machine there is, spot before on demand.
"""

from interface import Decision, Observation, Setup, running, ticks_left, ticks_needed

RESTARTS_URGENT = 1
RESTARTS_CAREFUL = 2
SLICES = 12


class Policy:
    """Waits for spot early in a slice, and makes up for it on demand late."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.slice_s = setup.deadline_s / SLICES

    def step(self, observation: Observation) -> Decision:
        """Chooses by the time left, then by spot, then by what the slice still asks for."""
        if self.is_short(observation, RESTARTS_URGENT):
            return Decision.ON_DEMAND
        if self.is_short(observation, RESTARTS_CAREFUL):
            return self.keep_spot(observation)
        if observation.has_spot:
            return Decision.SPOT
        return self.without_spot(observation)

    def is_short(self, observation: Observation, restarts: int) -> bool:
        """Whether so many restarts leave no tick to spare."""
        return ticks_needed(self.setup, observation, restarts) >= ticks_left(self.setup, observation)

    def keep_spot(self, observation: Observation) -> Decision:
        """Stays on a spot machine that is alive, and starts no other."""
        return Decision.SPOT if running(observation) == Decision.SPOT else Decision.ON_DEMAND

    def without_spot(self, observation: Observation) -> Decision:
        """Runs on demand once the slice has no slack left."""
        return Decision.ON_DEMAND if self.slack_s(observation) < 0 else Decision.NONE

    def slack_s(self, observation: Observation) -> float:
        """Time that may still pass idle before the slice's share of the work is out of reach."""
        end_s = (observation.elapsed_s // self.slice_s + 1) * self.slice_s
        done = self.setup.task_s - observation.work_left_s
        due = self.setup.task_s * end_s / self.setup.deadline_s - done
        return end_s - observation.elapsed_s - due - self.setup.restart_overhead_s
