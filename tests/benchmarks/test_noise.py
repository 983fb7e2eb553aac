"""Noise floors are what was measured, and what was measured is a spread of leads."""

from pathlib import Path

import pytest

from benchmarks.noise import floor, lower, recorded, spread, variations
from evaluators.values import Evaluation, Measurement
from problems.base import Split
from problems.registry import get, names

OURS = [name for name in names() if not name.startswith("toy")]
EVIDENCE = Path(__file__).parents[2] / "docs" / "evidence.md"


def evaluation(*scores: float, blocks: str = "aabb") -> Evaluation:
    pairs = zip(scores, blocks, strict=False)
    return Evaluation.of(
        Split.VALIDATION, tuple(Measurement("", "", block, score, {}) for score, block in pairs)
    )


def test_the_spread_over_draws_is_that_of_mean_leads() -> None:
    first = (evaluation(0.9, 0.7), evaluation(0.5, 0.7))  # a lead of 0.2
    second = (evaluation(0.8, 0.8), evaluation(0.4, 0.4))  # of 0.4
    found = spread([first, second])
    assert (found["spread of"], found["n"], found["mean lead"]) == ("draws", 2, 0.3)
    assert found["sd of lead"] == pytest.approx(0.02**0.5, abs=1e-6)  # of two numbers 0.2 apart


def test_the_spread_of_a_single_draw_is_the_standard_error_over_its_blocks() -> None:
    pair = (evaluation(0.6, 0.4, 0.9, 0.9), evaluation(0.4, 0.4, 0.6, 0.6))  # leads of 0.1 and 0.3
    found = spread([pair])
    assert (found["spread of"], found["n"], found["mean lead"]) == ("blocks", 2, 0.2)
    assert found["sd of lead"] == pytest.approx((0.02 / 2) ** 0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "whole", "expected"),
    [(0.5, False, 0.45), (20, True, 18), (3, True, 2), (2, True, 1), (1, True, 1), (0, True, 0)],
)
def test_constants_are_a_tenth_lower_and_make_no_more_work(
    value: float, whole: bool, expected: float
) -> None:
    assert lower(value, 0.9, whole=whole) == pytest.approx(expected)


def test_one_constant_is_lower_in_each_variation() -> None:
    found = variations("A = 0.5\nB = 1\nC = 10\n\n\ndef solve(task):\n    return A * B * C\n", 0.9)
    assert set(found) == {"A = 0.45", "C = 9"}
    assert "A = 0.5\nB = 1\nC = 9\n" in found["C = 9"]
    assert variations("def solve(task):\n    return 0\n", 0.9) == {}


def test_the_floor_is_the_largest_spread_of_policies_that_are_near() -> None:
    far, near, nearest = (
        {"mean lead": m, "sd of lead": d} for m, d in ((0.2, 0.09), (-0.04, 0.02), (0.01, 0.01))
    )
    assert floor([far, near, nearest]) == 0.02
    assert floor([far, {"mean lead": 0.06, "sd of lead": 0.03}]) == 0.03  # none is near: of the nearer


@pytest.mark.parametrize("name", OURS)
def test_a_noise_floor_is_that_of_the_recorded_spreads(name: str) -> None:
    rows = [row for row in recorded() if row["problem"] == name]
    assert rows
    assert get(name).noise_floor == round(floor(rows), 4) > 0.0
    assert {row["best"] for row in rows} == {get(name).best_baseline.name}
    assert all(int(row["n"] or 0) >= (10 if row["spread of"] == "draws" else 8) for row in rows)


def test_the_page_on_evidence_has_the_recorded_table() -> None:
    text = EVIDENCE.read_text(encoding="utf-8")
    for row in recorded():
        cells = [str(row[key]) for key in ("problem", "best", "near", "spread of", "n")]
        figures = [f"{row['mean lead']:.4f}", f"{row['sd of lead']:.4f}"]
        assert f"| {' | '.join([*cells, *figures])} |" in text
