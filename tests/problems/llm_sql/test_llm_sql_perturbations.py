"""Each perturbation of llm_sql shifts what it says."""

import numpy as np
import pytest

from problems.llm_sql.perturbations import corrupted, perturbed
from problems.llm_sql.tables import products, reviews
from problems.variants import Variant


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.mark.parametrize(("called", "rows"), [("seeds", 3000), ("rows-x0.5", 1500), ("rows-x2", 6000)])
def test_a_table_has_so_many_rows(called: str, rows: int) -> None:
    assert {len(i.data.rows) for i in perturbed(Variant(called))} == {rows}


def test_one_letter_of_one_cell_in_50_is_wrong() -> None:
    table = products(generator(1), 1500, 250)
    found = corrupted(generator(2), table)
    pairs = [pair for rows in zip(table.rows, found.rows, strict=True) for pair in zip(*rows, strict=True)]
    wrong = [(old, new) for old, new in pairs if old != new]
    # A letter is replaced by itself now and then, and an empty cell has none.
    assert len(wrong) / len(pairs) == pytest.approx(1 / 50, rel=0.15)
    assert all(len(old) == len(new) for old, new in wrong)
    assert all(sum(a != b for a, b in zip(old, new, strict=True)) == 1 for old, new in wrong)


def test_only_dependencies_that_still_hold_are_told() -> None:
    table = reviews(generator(1), 1500, 150)
    assert table.determines
    assert corrupted(generator(2), table).determines == ()
    assert corrupted(generator(2), table).merged == table.merged
