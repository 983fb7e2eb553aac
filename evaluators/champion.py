"""When a challenger becomes champion: an interval above 0, with an error budget spent over all challenges."""

from dataclasses import dataclass

import numpy as np

from evaluators.intervals import Interval, paired
from evaluators.values import Evaluation

ALPHA = 0.05
"""Nominal probability that a run ever promotes a candidate that is no better, all challenges together."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one challenge; `interval` is None for the first champion, whom nobody holds back."""

    promoted: bool
    interval: Interval | None


def spent(challenge: int) -> float:
    """Two-sided error allowed to the n-th challenge, n from 1; the sum over all n is `ALPHA`."""
    return ALPHA * 6.0 / (np.pi * challenge) ** 2


def judge(
    challenger: Evaluation, champion: Evaluation | None, rng: np.random.Generator, *, challenge: int
) -> Verdict:
    """Decides a challenge from the two VALIDATION evaluations, which cover the same instances.

    A challenger with a fault or an incomplete evaluation is never promoted; under eight blocks there is no
    interval and no promotion by it.
    """
    if not challenger.complete or challenger.faults:
        return Verdict(promoted=False, interval=None)
    if champion is None:
        return Verdict(promoted=True, interval=None)
    interval = paired(challenger.measurements, champion.measurements, rng, alpha=spent(challenge))
    return Verdict(promoted=interval.above_zero, interval=interval)
