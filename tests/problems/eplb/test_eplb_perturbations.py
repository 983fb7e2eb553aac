"""Each perturbation of eplb shifts what it says."""

import numpy as np
import pytest

from problems.base import Instance
from problems.eplb.instances import SCENARIOS
from problems.eplb.traffic import Scenario
from tests.problems.conftest import Variants

pytestmark = pytest.mark.slow  # references take seconds a variant


def scenarios(instances: tuple[Instance, ...]) -> list[Scenario]:
    return [i.data.source.scenario for i in instances]


def change(instances: tuple[Instance, ...]) -> float:
    """Share of tokens that other experts are asked for ten windows later, on average."""
    shares = [i.data.windows / i.data.windows.sum(axis=2, keepdims=True) for i in instances]
    return float(np.mean([np.abs(s[10:] - s[:-10]).sum(axis=2).mean() / 2 for s in shares]))


def test_drift_takes_steps_of_twice_the_size(variant: Variants) -> None:
    usual, shifted = variant("eplb", "seeds"), variant("eplb", "drift-x2")
    pairs = zip(scenarios(shifted), scenarios(usual), strict=True)
    assert all((a.drift, a.mix_drift) == (2 * b.drift, 2 * b.mix_drift) for a, b in pairs)
    assert change(shifted) > 1.2 * change(usual)


def test_bursts_begin_twice_as_often(variant: Variants) -> None:
    usual, shifted = variant("eplb", "seeds"), variant("eplb", "bursts-x2")
    pairs = zip(scenarios(shifted), scenarios(usual), strict=True)
    assert all(a.bursts == 2 * b.bursts for a, b in pairs)


def test_every_history_switches_twice_as_often(variant: Variants) -> None:
    usual, shifted = variant("eplb", "seeds"), variant("eplb", "switching-x2")
    assert {s.switches for s in scenarios(shifted)} == {2 * SCENARIOS["switching"].switches} == {6}
    assert {len(i.data.windows[0]) for i in shifted} == {len(i.data.windows[0]) for i in usual}  # both models
    assert change(shifted) > 1.2 * change(usual)
