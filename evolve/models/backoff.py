"""How long to wait before another attempt."""

import math
from typing import Final

import numpy as np

FIRST_S: Final = 0.5
LONGEST_S: Final = 30.0


def backoff_s(attempt: int, retry_after_s: float | None, rng: np.random.Generator) -> float:
    """Wall seconds before the attempt after number `attempt`: drawn below a bound that doubles to 30 s.

    What a provider asks for is waited at least, with a little more, so that not all come back at once.
    """
    bound = min(LONGEST_S, FIRST_S * 2 ** min(attempt, 16))
    drawn = float(rng.uniform(bound / 2, bound))
    if retry_after_s is None or not math.isfinite(retry_after_s) or retry_after_s < 0:
        return drawn
    return retry_after_s + float(rng.uniform(0, FIRST_S))
