"""What a step gained over another, from scores alone."""

import numpy as np
import pytest

from evolve.runs.gains import gain
from evolve.runs.packing import Layout

TWO_A_BLOCK = Layout(tuple((f"i{n}", f"g{n}", f"b{n // 2}") for n in range(16)))


def test_a_gain_is_ours_minus_theirs_over_blocks() -> None:
    found = gain(TWO_A_BLOCK, [0.75] * 16, [0.5] * 16, np.random.default_rng(0))
    assert (found.difference, found.low, found.blocks) == (0.25, 0.25, 8)


def test_scores_of_some_instances_are_no_gain() -> None:
    with pytest.raises(ValueError, match="shorter"):
        gain(TWO_A_BLOCK, [0.75] * 15, [0.5] * 16, np.random.default_rng(0))
