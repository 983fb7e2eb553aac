"""The public starting point: spot where it is, else on to the next region, and on demand once time is short."""

from interface import Decision, Machine, Observation, Setup, running, ticks_left, ticks_needed

RESTARTS_URGENT = 1
RESTARTS_CAREFUL = 2


class Policy:
    """Greedy, with two margins before the deadline; it looks into one region at a time."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def step(self, observation: Observation) -> Decision:
        """Chooses by the time left, then by spot; without it a tick passes idle in the next region."""
        here = observation.region
        if self.is_short(observation, RESTARTS_URGENT):
            return Decision(Machine.ON_DEMAND, here)
        if self.is_short(observation, RESTARTS_CAREFUL):
            return Decision(self.keep_spot(observation), here)
        if observation.available[here]:
            return Decision(Machine.SPOT, here)
        return Decision(Machine.NONE, self.next_region(observation))

    def is_short(self, observation: Observation, restarts: int) -> bool:
        """Whether so many restarts leave no tick to spare."""
        return ticks_needed(self.setup, observation, restarts) >= ticks_left(self.setup, observation)

    def keep_spot(self, observation: Observation) -> Machine:
        """Stays on a spot machine that is alive, and starts no other."""
        return Machine.SPOT if running(observation) == Machine.SPOT else Machine.ON_DEMAND

    def next_region(self, observation: Observation) -> int:
        """Takes regions in turn."""
        return (observation.region + 1) % len(self.setup.regions)
