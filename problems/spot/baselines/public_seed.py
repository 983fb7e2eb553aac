"""The public starting point: spot when there is some, else wait, and on demand once time is short."""

from interface import Decision, Observation, Setup, running, ticks_left, ticks_needed

RESTARTS_URGENT = 1
RESTARTS_CAREFUL = 2


class Policy:
    """Greedy, with two margins before the deadline."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def step(self, observation: Observation) -> Decision:
        """Chooses by the time left, then by spot."""
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
        """Waits: there is time."""
        return Decision.NONE
