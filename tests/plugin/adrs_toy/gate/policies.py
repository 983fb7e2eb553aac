"""The baselines of the gate, as the sources that are measured."""

IDLE = '''"""Always open."""

from interface import Decision, Observation, Setup


class Policy:
    def __init__(self, setup: Setup) -> None:
        pass

    def step(self, observation: Observation) -> Decision:
        return Decision.OPEN
'''

EAGER = '''"""Open while anyone waits."""

from interface import Decision, Observation, Setup


class Policy:
    def __init__(self, setup: Setup) -> None:
        pass

    def step(self, observation: Observation) -> Decision:
        return Decision.OPEN if observation.waiting > 0 else Decision.CLOSED
'''

GATHERING = '''"""Wait until some have gathered, then stay open until the queue is gone."""

from interface import Decision, Observation, Setup

ENOUGH = 9


class Policy:
    def __init__(self, setup: Setup) -> None:
        self.enough = ENOUGH

    def step(self, observation: Observation) -> Decision:
        if observation.was_open and observation.waiting > 0:
            return Decision.OPEN
        return Decision.OPEN if observation.waiting >= self.enough else Decision.CLOSED
'''
