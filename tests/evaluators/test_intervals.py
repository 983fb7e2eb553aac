"""The paired bootstrap over blocks."""

from collections.abc import Sequence

import numpy as np
import pytest

from evaluators.champion import ALPHA, judge, spent
from evaluators.intervals import FEWEST_BLOCKS, paired
from evaluators.values import Evaluation, Measurement
from problems.base import Split
from sandbox.faults import Fault, FaultKind


def measurements(scores: Sequence[float], per_block: int = 1) -> list[Measurement]:
    return [Measurement(f"i{i}", f"g{i}", f"b{i // per_block}", s, {}) for i, s in enumerate(scores)]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_constant_lead_has_an_interval_of_no_width() -> None:
    found = paired(measurements([0.6] * 10), measurements([0.5] * 10), rng())
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.1)
    assert found.above_zero


def test_equal_policies_are_not_told_apart() -> None:
    scores = list(np.linspace(0.1, 0.9, 24))
    assert not paired(measurements(scores), measurements(scores), rng()).above_zero


def test_under_eight_blocks_nothing_is_claimed() -> None:
    found = paired(measurements([0.9] * 14, per_block=2), measurements([0.1] * 14, per_block=2), rng())
    assert found.blocks == FEWEST_BLOCKS - 1
    assert (found.low, found.high, found.above_zero) == (None, None, False)
    assert "no interval" in str(found)


def test_blocks_not_instances_are_resampled() -> None:
    # Ten blocks of 100 identical differences are ten observations: the interval is that of ten, not of 1,000.
    leads = rng(1).normal(0.0, 0.1, 10)
    wide = paired(measurements(list(0.5 + leads)), measurements([0.5] * 10), rng())
    repeated = list(np.repeat(0.5 + leads, 100))
    many = paired(measurements(repeated, per_block=100), measurements([0.5] * 1000, per_block=100), rng())
    assert many.blocks == 10
    assert many.low == pytest.approx(wide.low, abs=1e-9)
    assert many.high == pytest.approx(wide.high, abs=1e-9)


def test_unequal_blocks_weigh_by_their_instances() -> None:
    scores = [1.0] * 9 + [0.0]
    ours = [Measurement(f"i{i}", "g", f"b{max(i - 1, 0)}", s, {}) for i, s in enumerate(scores)]
    theirs = [Measurement(m.instance, "g", m.block, 0.0, {}) for m in ours]
    assert paired(ours, theirs, rng()).difference == pytest.approx(0.9)


def test_pairs_must_be_of_the_same_instances() -> None:
    with pytest.raises(ValueError, match="same instances"):
        paired(measurements([0.1] * 8), measurements([0.1] * 9), rng())


@pytest.mark.parametrize("blocks", [8, 24])
def test_a_95_percent_interval_covers_about_95_percent(blocks: int) -> None:
    # The standard error of a share of 0.94 over 800 draws is 0.8 %. The plain percentile interval covers
    # about 0.90 with eight blocks and fails here.
    source, covered = rng(8), 0
    for draw in range(800):
        leads = source.normal(0.02, 0.1, blocks)
        found = paired(measurements(list(leads)), measurements([0.0] * blocks), rng(draw))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.02 <= found.high
    assert covered / 800 > 0.925


def test_the_error_of_all_challenges_together_stays_within_the_budget() -> None:
    assert sum(spent(n) for n in range(1, 100_000)) < ALPHA
    assert spent(1) > spent(2) > spent(50) > 0


def evaluation(scores: Sequence[float], fault: Fault | None = None) -> Evaluation:
    found = measurements(scores)
    if fault is not None:
        found[0] = Measurement("i0", "g0", "b0", 0.0, {}, fault)
    return Evaluation.of(Split.VALIDATION, tuple(found))


def test_the_first_champion_meets_no_one() -> None:
    verdict = judge(evaluation([0.1] * 8), None, rng(), challenge=1)
    assert verdict.promoted
    assert verdict.interval is None


def test_a_challenger_with_a_fault_is_never_promoted() -> None:
    fault = Fault(FaultKind.RAISED, "exception", "boom")
    assert not judge(evaluation([0.9] * 8, fault), evaluation([0.1] * 8), rng(), challenge=1).promoted
    assert not judge(evaluation([0.9] * 8, fault), None, rng(), challenge=1).promoted


def test_a_later_challenge_needs_a_surer_lead() -> None:
    leads = rng(3).normal(0.04, 0.05, 24)
    challenger, champion = evaluation(list(0.5 + leads)), evaluation([0.5] * 24)
    assert judge(challenger, champion, rng(), challenge=1).promoted
    assert not judge(challenger, champion, rng(), challenge=40).promoted


@pytest.mark.slow
def test_hardly_any_equal_challenger_is_promoted_over_a_whole_run() -> None:
    # 40 runs of 12 challenges by policies that are no better; one side of ALPHA is 2.5 % of the runs. Without
    # spending (alpha 0.05 each time) about a quarter of the runs would promote one: ten of them.
    source, fooled = rng(11), 0
    champion = evaluation([0.5] * 24)
    for _ in range(40):
        for challenge in range(1, 13):
            challenger = evaluation(list(0.5 + source.normal(0.0, 0.05, 24)))
            if judge(challenger, champion, source, challenge=challenge).promoted:
                fooled += 1
                break
    assert fooled <= 3


def test_eight_blocks_that_all_lead_do_not_win_at_any_error() -> None:
    # A percentile cannot reach below the smallest block, so by itself it would promote at any challenge.
    leads = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0]
    challenger, champion = evaluation(leads), evaluation([0.0] * 8)
    assert judge(challenger, champion, rng(), challenge=1).promoted
    assert not judge(challenger, champion, rng(), challenge=3).promoted
    assert not judge(challenger, champion, rng(), challenge=100).promoted
