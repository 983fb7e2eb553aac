import pytest

from problems.llm_sql.interface import Row
from problems.llm_sql.misfit import DEPTH, Texts


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        # Nothing begins anything else.
        (("ab", "c"), ("ad", "e"), [0, 0]),
        # The other row's longer cell: "a" and then "b", where "abx" goes on with "b", too.
        (("a", "bc"), ("abx", "y"), [2, 0]),
        # The other row's shorter cell, and of the next one its beginning.
        (("abcd", "e"), ("ab", "cx"), [3, 0]),
        # Three cells of the other row lie over one of this row and end with it, so all may follow.
        (("abc", "", "long"), ("a", "b", "c"), [7, 0, 0]),
        # Cells end together after two: whatever follows may be shared.
        (("ab", "long"), ("a", "b"), [6, 0]),
        # The other row has only one "1", so the second character is no cell of it and nothing need follow.
        (("11", "long"), ("1", "y"), [2, 0]),
    ],
)
def test_cells_out_of_step_share_what_they_can(own: Row, other: Row, expected: list[int]) -> None:
    assert Texts.of([own, other]).aside(own) == expected


def test_deep_chains_are_taken_as_shared_to_the_end() -> None:
    letters = "abcdefghi"
    own = (letters, *[""] * 7, "long")
    assert len(letters) > DEPTH + 1
    assert Texts.of([own, tuple(letters)]).aside(own)[0] == len(letters) + len("long")


def test_parents_are_the_longest_texts_that_begin_a_text() -> None:
    texts = Texts.of([("a", "ab"), ("abc", "b"), ("ac", "")])
    assert list(texts.ranked) == ["a", "ab", "abc", "ac", "b"]
    assert list(texts.parents) == [-1, 0, 1, 0, -1]
    assert list(texts.units) == [0b01, 0b10, 0b01, 0b01, 0b10]
