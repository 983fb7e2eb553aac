"""What a step gained over another, from the scores that a log keeps of both."""

from collections.abc import Iterable

import numpy as np

from evaluators.intervals import Interval, paired
from evaluators.values import Measurement
from evolve.runs.packing import Layout


def gain(
    layout: Layout, ours: Iterable[float], theirs: Iterable[float], rng: np.random.Generator
) -> Interval:
    """Pairs scores on the instances of a stage, ours minus theirs; the interval is over their blocks.

    Args:
        layout: Of the stage.
        ours: By instance, in the layout's order.
        theirs: Likewise.
        rng: Source of the resamples.

    Raises:
        ValueError: The scores are not of all instances of the stage.
    """
    return paired(_measured(layout, ours), _measured(layout, theirs), rng)


def _measured(layout: Layout, scores: Iterable[float]) -> list[Measurement]:
    return [
        Measurement(instance, group, block, float(score), {})
        for (instance, group, block), score in zip(layout.rows, scores, strict=True)
    ]
