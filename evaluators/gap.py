"""Whether a policy does better on the PUBLISHED set than its VALIDATION scores let one expect.

A policy that was tuned on the published instances, or carries their answers, keeps up with the best baseline
there and nowhere else. So its lead on PUBLISHED is held against what its lead on VALIDATION predicts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluators.intervals import FEWEST_BLOCKS, block_means
from evaluators.values import Measurement

ALPHA = 0.05
"""Two-sided error of the prediction."""

_ROUNDING = 1e-12

Pair = tuple[Sequence[Measurement], Sequence[Measurement]]
"""Policy and reference on the same instances in the same order."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A policy's lead over a reference on PUBLISHED, beside the interval that VALIDATION predicts for it.

    Attributes:
        lead: Mean score on PUBLISHED, policy minus reference.
        validation: The same on VALIDATION.
        low: Lower end of the prediction, or None where VALIDATION has too few blocks for one.
        high: Upper end, likewise.
    """

    lead: float
    validation: float
    low: float | None
    high: float | None

    @property
    def suspicious(self) -> bool:
        """Whether it keeps up with the reference on PUBLISHED, by more than VALIDATION explains.

        Behind the reference nothing is claimed: weak policies are far apart on hard sets and close on easy
        ones, which is no sign of knowing the answers.
        """
        return self.high is not None and self.lead >= 0.0 and self.lead > self.high + _ROUNDING


def gap(published: Pair, validation: Pair) -> Gap:
    """Predicts the lead on PUBLISHED from the leads of VALIDATION's blocks.

    The prediction interval is Student's, for the mean of as many new blocks as PUBLISHED has: their spread
    is taken from VALIDATION, since few published sets have blocks enough to tell their own. It assumes that
    blocks of the two are alike, so a suspicion is a reason to look, not a proof.
    """
    theirs, ours = block_means(*published), block_means(*validation)
    lead, mean, n, m = float(theirs.mean()), float(ours.mean()), len(ours), len(theirs)
    if n < FEWEST_BLOCKS:
        return Gap(lead, mean, None, None)
    from scipy.special import stdtrit  # noqa: PLC0415 - it would cost every command 0.2 s

    reach = float(-stdtrit(n - 1, ALPHA / 2) * ours.std(ddof=1) * np.sqrt(1 / n + 1 / m))
    return Gap(lead, mean, mean - reach, mean + reach)
