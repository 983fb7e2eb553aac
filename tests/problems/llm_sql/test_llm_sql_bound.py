from collections.abc import Callable, Sequence
from itertools import permutations, product
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from problems.base import Instance, Split
from problems.bounds import shipped
from problems.datasets import DataFolder
from problems.llm_sql import PROBLEM, bound, load
from problems.llm_sql.bound import highest_rate, prove
from problems.llm_sql.instances import instance
from problems.llm_sql.interface import Row, hits
from problems.llm_sql.perturbations import perturbed
from problems.llm_sql.tables import Table
from problems.variants import Variant

GENERATED = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)


def best_rate(rows: Sequence[Row]) -> float:
    """The highest hit rate of all answers, by trying each."""
    texts = [sorted({"".join(order) for order in permutations(row)}) for row in rows]
    total = sum(len(cell) for row in rows for cell in row)
    return max(hits(written) for written in product(*texts)) / total if total else 0.0


def tables(alphabet: str, width: int, most: int) -> st.SearchStrategy[list[Row]]:
    cell = st.text(alphabet=alphabet, max_size=3)
    return st.lists(st.tuples(*[cell] * width), min_size=1, max_size=most)


@given(rows=tables("ab", 3, 4))
@example(rows=[("a", "b", "ab"), ("ab", "", "ab"), ("aba", "b", "")])
@example(rows=[("abc", "", ""), ("a", "b", "c")])
@example(rows=[("a", "aa", "aaa"), ("aaa", "aa", "a"), ("aaaa", "a", "a")])
@settings(max_examples=150, deadline=None)
def test_no_answer_at_all_beats_the_bound(rows: list[Row]) -> None:
    bounded = highest_rate(Table(("x", "y", "z"), tuple(rows)))
    assert best_rate(rows) <= bounded + 1e-12
    assert bounded < 1.0


@given(rows=tables("abcd", 4, 3))
@settings(max_examples=60, deadline=None)
def test_no_answer_beats_the_bound_where_more_cells_differ(rows: list[Row]) -> None:
    assert best_rate(rows) <= highest_rate(Table(("w", "x", "y", "z"), tuple(rows))) + 1e-12


def test_the_bound_is_met_where_cells_differ_from_their_first_letter_on() -> None:
    rows = (("ab", "c", "d"), ("ab", "c", "e"))
    # The second row shares three characters with the first one, whichever is written first.
    assert highest_rate(Table(("x", "y", "z"), rows)) == best_rate(rows) == 3 / 8


def test_merged_columns_share_as_one() -> None:
    rows = (("1", "same"), ("2", "same"))
    assert highest_rate(Table(("x", "y"), rows)) == 4 / 10
    assert highest_rate(Table(("x", "y"), rows, merged=((0, 1),))) == 0.0


@pytest.mark.parametrize("rows", [(("", ""),), (("a", "b"),)])
def test_a_table_of_one_row_or_of_nothing_has_no_hits(rows: tuple[Row, ...]) -> None:
    assert highest_rate(Table(("x", "y"), rows)) == 0.0


def test_every_generated_and_perturbed_table_has_a_shipped_bound(tmp_path: Path) -> None:
    known = shipped(Path(bound.__file__).with_name("bounds.json"))
    cases = [case for split in GENERATED for case in load("generated", split, DataFolder(tmp_path))]
    for name in PROBLEM.perturbations:
        cases += load(f"generated~{name}", Split.VALIDATION, DataFolder(tmp_path))
    assert {case.digest: case.data.upper_bound for case in cases} == known
    assert all(0.5 < value < 1.0 for value in known.values())


@pytest.mark.parametrize("name", ["original", "fixed_columns", "ggr"])
def test_no_baseline_beats_the_bound(
    name: str, policy: Callable[[str], Callable[..., object]], tmp_path: Path
) -> None:
    solve = policy(PROBLEM.baseline(name).source)
    for case in load("generated", Split.SEARCH, DataFolder(tmp_path)):
        task = PROBLEM.evaluator.task(case, PROBLEM.limits[Split.SEARCH])  # type: ignore[union-attr]
        outcome = PROBLEM.evaluator.measure(case, solve(task))  # type: ignore[union-attr]
        assert outcome.score < outcome.metrics["upper_bound"] == case.data.upper_bound


def test_the_digest_knows_no_bound() -> None:
    table = Table(("x",), (("a",),))
    assert instance("a", table).digest == instance("a", Table(("x",), (("a",),), upper_bound=0.5)).digest


@pytest.mark.slow
def test_shipped_bounds_are_proven_again(generated: Callable[[Split], tuple[Instance, ...]]) -> None:
    cases = [case for split in GENERATED for case in generated(split)]
    for name in PROBLEM.perturbations:
        cases += perturbed(Variant(name))
    assert prove(cases) == shipped(Path(bound.__file__).with_name("bounds.json"))


@pytest.mark.slow
def test_the_published_table_allows_a_hit_rate_of_at_most_0_7813(beer: Instance) -> None:
    # An independent derivation gave 0.7916, which is looser.
    assert round(highest_rate(beer.data), 4) == 0.7813
