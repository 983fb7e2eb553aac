"""How sure we are of a difference: paired bootstrap over blocks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluators.values import Measurement

FEWEST_BLOCKS = 8
"""With fewer blocks no interval is claimed."""

_RESAMPLES = 10_000
_MOST_RESAMPLES = 200_000
_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A paired difference of mean scores, candidate minus reference; above 0 the candidate is better.

    Attributes:
        low: Lower end, or None with fewer than `FEWEST_BLOCKS` blocks.
        high: Upper end, likewise.
        alpha: Probability that the interval misses, both sides together.
        blocks: Number of independent blocks resampled.
    """

    difference: float
    low: float | None
    high: float | None
    alpha: float
    blocks: int

    @property
    def above_zero(self) -> bool:
        """Whether the candidate is better for sure enough."""
        return self.low is not None and self.low > 0.0

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.difference:+.4f} (no interval: {self.blocks} blocks, {FEWEST_BLOCKS} needed)"
        return f"{self.difference:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"


def paired(
    candidate: Sequence[Measurement],
    reference: Sequence[Measurement],
    rng: np.random.Generator,
    *,
    alpha: float = 0.05,
) -> Interval:
    """Bootstraps the mean paired difference over the blocks that the problem names.

    Blocks, not instances, are resampled, since instances of one block share their randomness. The
    percentiles are expanded for few blocks as in `Hesterberg 2015
    <https://doi.org/10.1080/00031305.2015.1089789>`_. They cannot reach beyond the extreme blocks, so the
    interval is never narrower than Student's: else eight blocks that all lead would win at any `alpha`. It
    covers what it says for normal blocks; for very skewed ones (many small gains, rare large losses) less.

    Args:
        candidate: Measurements of the candidate.
        reference: Of the reference, on the same instances in the same order.
        rng: Source of the resamples.
        alpha: Two-sided error.

    Raises:
        ValueError: The two do not cover the same instances in the same order.
    """
    sums, counts = _by_block(candidate, reference)
    difference, blocks = float(sums.sum() / counts.sum()), len(sums)
    if blocks < FEWEST_BLOCKS:
        return Interval(difference, None, None, alpha, blocks)
    tail = _expanded_tail(alpha / 2, blocks)
    means = _resampled_means(sums, counts, rng, min(_MOST_RESAMPLES, max(_RESAMPLES, int(20 / tail))))
    low, high = np.quantile(means, [tail, 1 - tail])
    reach = _t_reach(sums / counts, alpha)
    low, high = min(low, difference - reach), max(high, difference + reach)
    return Interval(difference, float(low), float(high), alpha, blocks)


def block_means(candidate: Sequence[Measurement], reference: Sequence[Measurement]) -> np.ndarray:
    """Mean paired difference of each block, candidate minus reference, shape `(n_blocks,)`.

    Raises:
        ValueError: The two do not cover the same instances in the same order.
    """
    sums, counts = _by_block(candidate, reference)
    means: np.ndarray = sums / counts
    return means


def _by_block(
    candidate: Sequence[Measurement], reference: Sequence[Measurement]
) -> tuple[np.ndarray, np.ndarray]:
    """Sums the differences of each block and counts its instances; both of shape `(n_blocks,)`."""
    if [m.instance for m in candidate] != [m.instance for m in reference]:
        raise ValueError("paired measurements must cover the same instances in the same order")
    index = {block: i for i, block in enumerate(dict.fromkeys(m.block for m in candidate))}
    sums, counts = np.zeros(len(index)), np.zeros(len(index))
    for ours, theirs in zip(candidate, reference, strict=True):
        sums[index[ours.block]] += ours.score - theirs.score
        counts[index[ours.block]] += 1
    return sums, counts


def _expanded_tail(tail: float, n: int) -> float:
    """Tail that makes the percentile interval as wide as a t interval (Hesterberg 2015)."""
    from scipy.special import ndtr, stdtrit  # noqa: PLC0415 - it would cost every command 0.2 s

    return float(ndtr(np.sqrt(n / (n - 1)) * stdtrit(n - 1, tail)))


def _t_reach(blocks: np.ndarray, alpha: float) -> float:
    """Half the width of Student's interval of the mean of blocks."""
    from scipy.special import stdtrit  # noqa: PLC0415 - as above

    n = len(blocks)
    return float(-stdtrit(n - 1, alpha / 2) * blocks.std(ddof=1) / np.sqrt(n))


def _resampled_means(
    sums: np.ndarray, counts: np.ndarray, rng: np.random.Generator, resamples: int
) -> np.ndarray:
    n, means = len(sums), []
    for start in range(0, resamples, _CHUNK):
        drawn = rng.integers(n, size=(min(_CHUNK, resamples - start), n))
        means.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return np.concatenate(means)
