from functools import cache
from itertools import combinations

import pytest

from problems.base import Instance, Split, fingerprint
from problems.llm_sql import PROBLEM
from problems.llm_sql.instances import GENERATORS, ROWS, generate

GENERATED = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)

GOLDEN = {
    Split.SMOKE: "08b5a33ffc9f3957e498f0f63a1b80b6",
    Split.SEARCH: "c691c8bdec56f066a689b705f5eb68ff",
    Split.VALIDATION: "982f3eebc2d3ce49a5ca54b2db3b40f4",
    Split.HOLDOUT: "412ab83a6007f92f1eada78effa1cec9",
}
"""A hash of all digests of a split: a generator that drifts needs a new version of the problem."""

once = cache(generate)

ALL = [pytest.param(case, id=f"{split}-{case.name}") for split in GENERATED for case in once(split)]


@pytest.mark.parametrize("split", GENERATED)
def test_generators_do_not_drift(split: Split) -> None:
    assert PROBLEM.version == 1
    assert fingerprint(*(case.digest for case in generate(split))) == GOLDEN[split]


def test_splits_have_the_sizes_stated() -> None:
    assert [len(once(split)) for split in GENERATED] == [1, 6, 8, 8]
    assert all(len(case.data.rows) == ROWS == 3000 for case in once(Split.SEARCH))
    assert len(once(Split.SMOKE)[0].data.rows) < 200


def test_no_two_tables_are_equal_and_none_shares_a_group_or_block() -> None:
    digests = [case.digest for split in GENERATED for case in once(split)]
    assert len(set(digests)) == len(digests) == 23
    for split in GENERATED:
        cases = once(split)
        assert len({c.name for c in cases}) == len({c.group for c in cases}) == len({c.block for c in cases})


@pytest.mark.parametrize("split", [Split.SEARCH, Split.VALIDATION, Split.HOLDOUT])
def test_every_split_has_tables_of_every_generator(split: Split) -> None:
    found = {case.name.split("-")[0] for case in once(split)}
    assert found == {generator.__name__ for generator, _ in GENERATORS}


@pytest.mark.parametrize("case", ALL)
def test_a_table_is_whole(case: Instance) -> None:
    table = case.data
    assert 8 <= len(table.columns) == len(set(table.columns)) <= 10
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert all(isinstance(cell, str) for cell in table.rows[0])
    merged = [column for group in table.merged for column in group]
    assert len(set(merged)) == len(merged)


@pytest.mark.parametrize("case", ALL)
def test_what_is_said_to_determine_does(case: Instance) -> None:
    for first, second in case.data.determines:
        assert first != second
        cells: dict[str, str] = {}
        assert all(cells.setdefault(row[first], row[second]) == row[second] for row in case.data.rows)


@pytest.mark.parametrize("case", ALL)
def test_dependencies_are_told_with_all_that_follows_from_them(case: Instance) -> None:
    told = set(case.data.determines)
    for (a, b), (c, d) in combinations(sorted(told), 2):
        assert b != c or a == d or (a, d) in told


def test_tables_repeat_themselves_unevenly() -> None:
    table = once(Split.SEARCH)[0].data
    things = [row[table.columns.index("name")] for row in table.rows]
    counts = sorted((things.count(thing) for thing in set(things)), reverse=True)
    assert counts[0] > 20 * counts[len(counts) // 2]


def test_some_characters_take_more_than_one_byte_and_some_cells_are_missing() -> None:
    cells = {cell for case in once(Split.SEARCH) for row in case.data.rows for cell in row}
    assert any(len(cell.encode()) > len(cell) for cell in cells)
    assert "" in cells
