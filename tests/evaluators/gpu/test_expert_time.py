"""The fitted time of experts: what it recovers, and what was recorded."""

from pathlib import Path

import numpy as np
import pytest

from evaluators.gpu.expert_time import FOLDER, KNOTS, Curve, Load, NoProfile, Profile, fit, loads, shipped

PLANTED = Curve(2e-5, 3e-5, (5e-8, 0.0, 0.0, 4e-8, *[0.0] * (len(KNOTS) - 4)), 0, 0, 0.0, 0.0)


def measured(number: int, seed: int) -> list[Load]:
    drawn = loads(np.random.default_rng(seed), number, slots=9)
    return [Load(tokens, float(PLANTED.seconds(np.array([tokens]))[0])) for tokens in drawn]


def test_a_planted_curve_is_found_again() -> None:
    found = fit(measured(60, 1), measured(30, 2))
    assert found.p95_error < 1e-6
    assert found.busy_s == pytest.approx(PLANTED.busy_s)


def test_errors_are_of_what_was_held_out() -> None:
    held_out = [Load(load.tokens, 2.0 * load.seconds) for load in measured(30, 2)]
    assert fit(measured(60, 1), held_out).median_error == pytest.approx(0.5)


def test_an_expert_that_is_not_asked_costs_nothing() -> None:
    alone, beside = PLANTED.seconds(np.array([[700, 0, 0], [700, 1, 0]]))
    assert alone == pytest.approx(2e-5 + 3e-5 + 700 * 5e-8 + (700 - 256) * 4e-8)
    assert beside > alone


def test_a_profile_is_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    profile = Profile("a GPU", {"driver": "1"}, {"tiny": PLANTED})
    profile.write(tmp_path / "a.json")
    assert Profile.read(tmp_path / "a.json") == profile


@pytest.mark.parametrize("content", ["", "{}", '{"gpu": "a", "machine": {}, "curves": {"tiny": {}}}'])
def test_a_file_that_is_no_profile_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(NoProfile, match=r"a\.json is no profile"):
        Profile.read(tmp_path / "a.json")


def test_a_gpu_without_a_profile_is_told_those_there_are() -> None:
    with pytest.raises(NoProfile, match=r"no profile of the GPU 'other'.*nvidia-h100"):
        shipped("other")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_recorded_profiles_are_as_near_as_they_are_to_be(path: Path) -> None:
    found = shipped(path.stem)
    assert {"driver", "date", "torch"} <= set(found.machine)
    assert all(curve.median_error <= 0.08 and curve.p95_error <= 0.2 for curve in found.curves.values())
