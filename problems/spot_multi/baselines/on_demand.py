"""Pays for certainty: runs on demand where it is, from the first tick to the last."""

from interface import Decision, Machine, Observation, Setup


class Policy:
    """Knows nothing and risks nothing."""

    def __init__(self, setup: Setup) -> None:
        pass

    def step(self, observation: Observation) -> Decision:
        """Runs on demand."""
        return Decision(Machine.ON_DEMAND, observation.region)
