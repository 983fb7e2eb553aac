"""Two policies of a small step-wise problem, and how to ask operators about them."""

from collections.abc import Callable, Iterator

import numpy as np

from evaluators.values import Evaluation, Measurement
from evolve.search.candidate import Candidate
from evolve.search.elite import Elite
from evolve.search.offline import Rewriter, portfolio
from evolve.search.operators import Context, Operator, Proposal
from problems.base import Split

INTERFACE = """
import enum
from typing import NamedTuple

class Decision(enum.IntEnum):
    WAIT = 0
    RUN = 1
    STOP = 2

class Setup(NamedTuple):
    deadline_s: float
    gap_s: int

class Observation(NamedTuple):
    elapsed_s: float
    has_spot: bool
    last: Decision

def slack_s(setup: Setup, observation: Observation) -> float:
    return setup.deadline_s - observation.elapsed_s
"""
POLICY = '''\
"""A policy."""
import math  # used below
from interface import Decision, Observation, Setup, slack_s

MARGIN = 2.0  # hours
ROUNDS = 20
WIDE = "größer"; LOW = 0.5


def weight(item, scale=3):
    """Größe mal Maß."""
    größe = item[0] * scale + math.sqrt(abs(item[1]))
    return größe if größe > LOW else -größe


class Policy:
    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.rate = 0.5

    def step(self, observation: Observation) -> Decision:
        # keep this comment
        self.rate = 0.9 * self.rate + 0.1 * float(observation.has_spot)
        best = min([(1, 2), (3, 4)], key=lambda item: (weight(item), -item[1]))
        left = ROUNDS
        while left > 0:
            left -= 1
            if self.rate > 1:
                break
        for part in sorted(best):
            if part < MARGIN and slack_s(self.setup, observation) > 3:
                return Decision.RUN
        return Decision.STOP if observation.last == Decision.WAIT else Decision.WAIT
'''
OTHER = """\
from dataclasses import dataclass
import numpy as np
from interface import Decision

MARGIN = 5.0
TABLE = [1, 2, 3]


@dataclass
class Window:
    size: int = 4


def weight(item, scale=1):
    return np.mean(TABLE) * item[0] * MARGIN - Window().size


class Policy:
    def __init__(self, setup):
        self.setup = setup
        self.window = [0] * 8
        self.limit = setup.gap_s * 2

    def rate_of(self):
        return sum(self.window) / len(self.window)

    def step(self, observation):
        self.window = self.window[1:] + [int(observation.has_spot)]
        return Decision.RUN if self.rate_of() * weight((1, 2)) > self.limit else Decision.WAIT
"""
OPERATORS: dict[str, Rewriter] = {operator.name: operator for operator in portfolio().operators}


def elite(source: str, score: float = 0.5) -> Elite:
    measurement = Measurement("i", "g", "b", score, {})
    return Elite(Candidate(source), Evaluation.of(Split.SEARCH, (measurement,)), ())


def context(*sources: str, is_new: Callable[[str], bool] = lambda _: True, entry: str = "Policy") -> Context:
    return Context(entry, INTERFACE, tuple(elite(source) for source in sources), is_new)


def proposed(operator: Operator, where: Context, seed: int) -> Proposal:
    return operator.plan(where, np.random.default_rng(seed)).propose(None)


def sources(operator: Operator, where: Context, n: int) -> Iterator[str]:
    for seed in range(n):
        proposal = proposed(operator, where, seed)
        assert isinstance(proposal, Candidate), proposal
        yield proposal.source
