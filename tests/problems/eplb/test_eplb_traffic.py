"""Traffic is what its settings say."""

import dataclasses

import numpy as np
import pytest

from problems.eplb.instances import LITE, SCENARIOS, TINY, V3
from problems.eplb.traffic import TOKENS, Scenario, Shape, Source, Traffic

STILL = Scenario(drift=0, jitter=0, mix_drift=0, bursts=0)


def traffic(shape: Shape, scenario: Scenario, number: int = 0) -> Traffic:
    return Source(shape, scenario, (9, 9, number)).traffic()


def shares(scenario: Scenario, windows: int, shape: Shape = LITE) -> np.ndarray:
    """Share of each expert in its layer, by window."""
    process = traffic(shape, scenario)
    counts = np.stack([process.window() for _ in range(windows)])
    return np.asarray(counts / counts.sum(axis=2, keepdims=True))


@pytest.mark.parametrize("shape", [V3, LITE, TINY])
def test_a_layer_is_asked_once_for_each_token_and_expert_of_it(shape: Shape) -> None:
    window = traffic(shape, SCENARIOS["calm"]).window()
    asked = window.sum(axis=1)
    # Noise of each expert is of its square root; and none has more tokens than there are.
    assert np.abs(asked / (TOKENS * shape.top_k) - 1).max() < 0.05
    assert 0 <= window.min() < window.max() <= TOKENS


def test_popularity_is_zipf_with_a_long_tail() -> None:
    first = np.sort(shares(STILL, 1, V3)[0], axis=1)[:, ::-1]
    assert 10 / 256 < first[:, 0].mean() < 30 / 256  # ten to thirty times its equal part
    assert 0.5 < first[:, :64].sum(axis=1).mean() < 0.8


def test_without_any_movement_windows_differ_by_counting_noise() -> None:
    found = shares(STILL, 2)
    counts = found * TOKENS * LITE.top_k
    assert (np.abs(counts[1] - counts[0]) < 4 * np.sqrt(3 * counts[0].clip(1)) + 50).all()


@pytest.mark.parametrize(
    ("movement", "low", "high"),
    [
        # Mean absolute change of an expert's share from window to window, in units of the share.
        (dataclasses.replace(STILL, jitter=256), 0.15, 0.18),  # difference of two uniforms on +-0.25: 1/6
        (dataclasses.replace(STILL, drift=160), 0.06, 0.11),  # steps of 0.078, and what is forgotten
        (dataclasses.replace(STILL, mix_drift=32), 0.005, 0.02),
    ],
)
def test_each_setting_moves_shares_by_what_it_says(movement: Scenario, low: float, high: float) -> None:
    found = shares(movement, 12)
    still = shares(STILL, 12)
    change = (np.abs(np.diff(found, axis=0)) / found[:-1]).mean()
    assert low < change - (np.abs(np.diff(still, axis=0)) / still[:-1]).mean() + 0.004 < high


def test_experts_of_a_group_drift_together() -> None:
    found = np.log(shares(dataclasses.replace(STILL, drift=160), 40))
    steps = np.diff(found, axis=0).reshape(39, LITE.layers, LITE.groups, -1)
    together = (steps[..., 0] * steps[..., 1]).mean() / (steps**2).mean()
    apart = (steps[:, :, 0, 0] * steps[:, :, 1, 0]).mean() / (steps**2).mean()
    assert 0.1 < together < 0.3  # a fifth of the variance: half the step, against a whole one
    assert abs(apart) < 0.08


def test_bursts_begin_as_often_and_last_as_long_as_said() -> None:
    found = shares(dataclasses.replace(STILL, bursts=656), 40)
    usual = np.median(found, axis=0)
    high = found > 1.7 * usual
    began = (high[1:] & ~high[:-1]).sum() / (~high[:-1]).sum()
    goes_on = (high[1:] & high[:-1]).sum() / high[:-1].sum()
    assert 0.007 < began < 0.012  # one in a hundred
    assert 0.42 < goes_on < 0.58


def test_switches_change_all_layers_at_once_and_as_often_as_said() -> None:
    found = shares(dataclasses.replace(STILL, switches=3), 1500, TINY)
    distance = np.abs(np.diff(found, axis=0)).sum(axis=2)
    switched = distance > 0.04
    assert (switched.all(axis=1) == switched.any(axis=1)).all()
    assert 0.15 < switched[:, 0].mean() < 0.22  # 3/16, give or take three times 0.01


@pytest.mark.parametrize(
    ("scenario", "rounding"),
    # The tokens of a layer are given, which a mean of demand does not know: it shows where all moves at once.
    [*((scenario, 0.03) for scenario in SCENARIOS.values()), (Scenario(160, 256, 32, 3000, 3), 0.1)],
)
def test_expected_is_the_mean_of_what_comes(scenario: Scenario, rounding: float) -> None:
    """Many continuations of one history, each with draws of its own."""
    total = np.zeros((TINY.layers, TINY.experts))
    process = traffic(TINY, scenario, 3)
    expected = process.expected()
    kept = {key: value for key, value in vars(process).items() if key != "_rng"}
    rng = np.random.Generator(np.random.PCG64(1))
    for _ in range(1500):
        for key, value in kept.items():
            setattr(process, key, value.copy() if isinstance(value, np.ndarray) else value)
        process._rng = rng
        total += process.window()
    relative = (total / total.sum(axis=1, keepdims=True)) / (expected / expected.sum(axis=1, keepdims=True))
    assert np.abs(relative - 1).max() < rounding


def test_the_same_source_makes_the_same_windows_and_another_key_others() -> None:
    one, again, other = (traffic(TINY, Scenario(), number).window() for number in (0, 0, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("wrong", [{"jitter": 1024}, {"bursts": -1}, {"drift": -3}])
def test_a_scenario_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no negative rate"):
        Scenario(**wrong)
