"""What the next mark may take, held against histories whose law is known."""

import math

import numpy as np
import pytest

from dashboard.reading.forecasts import Forecast, forecast, next_mark

RISES = ((4.0, 0.52), (13.0, 0.55), (24.0, 0.56), (61.0, 0.60))
START = (0.0, 0.50)


def told(rises: tuple[tuple[float, float], ...], now: float, mark: float) -> Forecast | None:
    return forecast(START, rises, now, mark=mark, rng=np.random.default_rng(0))


def certain(rises: tuple[tuple[float, float], ...], now: float, mark: float) -> Forecast:
    found = told(rises, now, mark)
    assert found is not None
    return found


def test_two_improvements_foretell_nothing() -> None:
    assert told(RISES[:2], 30.0, 0.57) is None


def test_the_ends_enclose_the_middle() -> None:
    found = certain(RISES, 100.0, 0.61)
    assert 0.0 < found.low < found.middle < found.high


def test_a_further_mark_takes_more() -> None:
    assert certain(RISES, 100.0, 0.65).middle > certain(RISES, 100.0, 0.61).middle


def test_a_longer_wait_since_the_last_improvement_takes_more() -> None:
    assert certain(RISES, 400.0, 0.61).middle > certain(RISES, 100.0, 0.61).middle


def test_the_bound_itself_is_out_of_sight() -> None:
    found = certain(RISES, 100.0, 1.0)
    assert math.isinf(found.middle)
    assert found.is_far


def test_improvements_never_speed_up() -> None:
    late = tuple((90.0 + i, 0.5 + 0.01 * i) for i in range(1, 6))
    found = certain(late, 100.0, 0.555)
    assert found.exponent == 1.0
    assert found.middle > 5.0


def test_half_of_known_histories_take_less_than_the_middle_and_most_lie_in_the_range() -> None:
    # 150 histories of a power-law process of exponent 1/2: of such many, a share of 0.8 strays by 0.033.
    rng, inside, below = np.random.default_rng(1), list[bool](), list[bool]()
    while len(inside) < 150:
        times = 200.0 * (np.cumsum(rng.exponential(size=40)) / 8.0) ** 2
        scores = 1.0 - 0.5 * np.cumprod(1.0 - rng.uniform(0.005, 0.03, 40))
        known = int((times < 200.0).sum())
        if known < 3:
            continue
        mark = scores[known - 1] + 0.01
        truly = times[int(np.argmax(scores >= mark))] - 200.0
        rises = list(zip(times[:known], scores[:known], strict=True))
        found = forecast(START, rises, 200.0, mark=mark, rng=rng)
        assert found is not None
        inside.append(bool(found.low <= truly <= found.high))
        below.append(bool(truly < found.middle))
    assert 0.7 <= np.mean(inside) <= 0.9
    assert 0.38 <= np.mean(below) <= 0.7


@pytest.mark.parametrize(
    ("best", "mark"), [(0.6957, 0.71), (0.6949, 0.70), (0.7, 0.71), (0.994, 1.0), (0.998, None), (0.0, 0.01)]
)
def test_the_next_mark_is_a_full_point_at_least_half_a_point_away(best: float, mark: float | None) -> None:
    assert next_mark(best, 0.01) == mark
