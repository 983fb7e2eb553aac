"""What the next mark may take: the improvements of a run so far, continued. No streamlit here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

FEWEST: Final = 3
"""With fewer improvements nothing can be said."""
FAR: Final = 10.0
"""Beyond so many times what a run has behind it, no more is said than that."""
_PATHS: Final = 500
_LONGEST: Final = 200
"""Improvements in a path; one that takes more is not followed."""
_QUANTILES: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many further evaluations a mark may take.

    Attributes:
        mark: The score.
        behind: Evaluations behind the run, those it started from left out.
        low: One in ten paths takes fewer; infinite if nine in ten have no end in sight.
        middle: Half of the paths take fewer; likewise.
        high: Nine in ten paths take fewer; likewise.
        improvements: On which all this rests.
        exponent: Their number grew with evaluations to this power.
    """

    mark: float
    behind: float
    low: float
    middle: float
    high: float
    improvements: int
    exponent: float

    @property
    def is_far(self) -> bool:
        """Whether it is too far ahead to be taken as a number."""
        return self.middle > FAR * self.behind


def next_mark(best: float, step: float) -> float | None:
    """The next multiple of a step above a score that is at least half a step away; None beyond 1."""
    mark = round(float(np.floor(best / step + 1.5)) * step, 10)
    return mark if mark <= 1.0 else None


def forecast(
    start: tuple[float, float],
    rises: Sequence[tuple[float, float]],
    now: float,
    *,
    mark: float,
    rng: np.random.Generator,
) -> Forecast | None:
    """Lets improvements go on to come as they came, each bringing what one of them brought.

    Their number is taken as a power-law process of evaluations (`Crow 1975
    <https://apps.dtic.mil/sti/citations/ADA020296>`_), fitted by maximum likelihood, the wait since the last
    of them included, and never faster than even. A path draws both parameters anew as sure as so few events
    make them, then improvements one after the other; each takes a part of what is left to the bound that one
    of the past ones, drawn with replacement, took.

    Args:
        start: Evaluations and score that the run started from.
        rises: Evaluations and score at each improvement, in order.
        now: Evaluations by now.
        mark: Above the last of the scores, at most 1.

    Returns:
        None with fewer than `FEWEST` improvements.
    """
    n = len(rises)
    if n < FEWEST:
        return None
    behind = now - start[0]
    scores = np.array([start[1], *(score for _, score in rises)])
    parts = np.diff(scores) / (1.0 - scores[:-1])
    exponent = n / float(np.sum(np.log(behind / (np.array([x for x, _ in rises]) - start[0]))))
    exponents = np.minimum(exponent * rng.chisquare(2 * n, _PATHS) / (2 * n), 1.0)
    counted = rng.gamma(n, size=_PATHS)  # improvements that are to be expected by now, given those there were
    needed = _needed(scores[-1], mark, parts, rng)
    later = np.where(np.isfinite(needed), rng.gamma(np.where(np.isfinite(needed), needed, 1.0)), np.inf)
    with np.errstate(over="ignore"):
        further = behind * np.expm1(np.log1p(later / counted) / exponents)
    low, middle, high = np.quantile(further, _QUANTILES, method="higher")
    return Forecast(mark, behind, float(low), float(middle), float(high), n, min(exponent, 1.0))


def _needed(score: float, mark: float, parts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """By path, how many improvements lead from a score to the mark; infinite if more than are followed."""
    drawn = rng.choice(parts, size=(_PATHS, _LONGEST))
    left = (1.0 - score) * np.cumprod(1.0 - drawn, axis=1)
    there = left <= 1.0 - mark + 1e-12
    return np.where(there.any(axis=1), there.argmax(axis=1) + 1.0, np.inf)
