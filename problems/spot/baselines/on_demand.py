"""Pays for certainty: runs on demand from the first tick to the last."""

from interface import Decision, Observation, Setup


class Policy:
    """Knows nothing and risks nothing."""

    def __init__(self, setup: Setup) -> None:
        pass

    def step(self, observation: Observation) -> Decision:
        """Runs on demand."""
        return Decision.ON_DEMAND
