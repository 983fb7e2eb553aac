import numpy as np
import pytest

from evolve.figures.medians import FEWEST, Band, Curve, band, rank


@pytest.mark.parametrize(("n", "k"), [(2, None), (5, None), (6, 1), (8, 1), (9, 2), (12, 3), (20, 6)])
def test_the_rank_is_the_largest_that_misses_the_median_in_one_of_twenty_cases_at_most(
    n: int, k: int | None
) -> None:
    assert rank(n) == k
    assert (k is None) == (n < FEWEST)


def test_the_interval_covers_the_median_of_a_skewed_law_as_often_as_it_says() -> None:
    drawn = np.sort(np.random.default_rng(0).exponential(size=(4000, 9)), axis=1)
    covered = (drawn[:, 1] <= np.log(2)) & (np.log(2) <= drawn[:, -2])
    assert covered.mean() == pytest.approx(1 - 2 * 10 / 512, abs=0.01)  # exact: a binomial tail


def test_curves_are_pooled_where_all_are_defined() -> None:
    one = Curve((1.0, 3.0, 10.0), (0.25, 0.5, 0.5))
    other = Curve((2.0, 6.0), (0.5, 0.75))
    assert band([one, other]) == Band(
        xs=(2.0, 3.0, 6.0), median=(0.375, 0.5, 0.625), low=(0.25, 0.5, 0.5), high=(0.5, 0.5, 0.75)
    )


def test_with_curves_enough_the_band_leaves_the_extremes_out() -> None:
    found = band([Curve((0.0, 1.0), (float(i), float(i))) for i in range(9)])
    assert found == Band((0.0, 1.0), (4.0, 4.0), (1.0, 1.0), (7.0, 7.0))


def test_curves_that_share_no_stretch_are_not_pooled() -> None:
    assert band([Curve((0.0, 1.0), (0.1, 0.1)), Curve((2.0, 3.0), (0.1, 0.1))]) is None
