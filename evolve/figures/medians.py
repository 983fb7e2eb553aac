"""The middle of several runs that differ by their seed alone, and how sure it is."""

import math
import statistics
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

ALPHA: Final = 0.05
"""Two-sided error of an interval of the median."""
FEWEST: Final = 6
"""With fewer runs no two of them enclose the median surely enough, so the band is their range."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A score that only rises, as steps: at `xs[i]` it becomes `ys[i]`, and the last x is its end."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]

    @staticmethod
    def rising(points: Sequence[tuple[float, float]]) -> "Curve":
        """Keeps the first point, the last one, and those at which the value rises."""
        kept = [points[0], *(b for a, b in pairwise(points) if b[1] > a[1] or b == points[-1])]
        return Curve(tuple(x for x, _ in kept), tuple(y for _, y in kept))

    def at(self, x: float) -> float:
        """Its value at an x from its first on."""
        return self.ys[bisect_right(self.xs, x) - 1]


@dataclass(frozen=True, slots=True)
class Band:
    """The median of curves with a band, each of the same length as `xs`; steps as in a curve."""

    xs: tuple[float, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def rank(n: int, alpha: float = ALPHA) -> int | None:
    """Finds which of `n` sorted values, from either end, encloses the median surely enough.

    The interval from the k-th lowest to the k-th highest misses the median of what the values were drawn from
    with a probability of twice the chance of fewer than k heads in n tosses, whatever the distribution.

    Returns:
        The largest such k, from 1; None where even the extremes are not enough.
    """
    tail, found = 0.0, None
    for k in range(1, n // 2 + 1):
        tail += math.comb(n, k - 1) / 2**n
        if 2 * tail > alpha:
            break
        found = k
    return found


def band(curves: Sequence[Curve]) -> Band | None:
    """Pools curves where all of them are defined: from the latest first x to the earliest last one.

    Returns:
        Median and band: the pointwise interval of the median or, with fewer than `FEWEST` curves, their
        range. None if they have no x in common.
    """
    first, last = max(c.xs[0] for c in curves), min(c.xs[-1] for c in curves)
    if last < first:
        return None
    xs = tuple(sorted({first, last, *(x for c in curves for x in c.xs if first <= x <= last)}))
    k = rank(len(curves)) or 1
    columns = [sorted(c.at(x) for c in curves) for x in xs]
    return Band(
        xs,
        tuple(statistics.median(column) for column in columns),
        tuple(column[k - 1] for column in columns),
        tuple(column[-k] for column in columns),
    )
