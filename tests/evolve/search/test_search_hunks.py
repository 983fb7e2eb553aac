"""Differences cut into places, each of which can be undone alone."""

from hypothesis import given
from hypothesis import strategies as st

from evolve.search.hunks import hunks

TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n"]), max_size=12).map("".join)


@given(older=TEXTS, newer=TEXTS, most=st.integers(1, 4))
def test_all_undone_from_the_last_to_the_first_are_the_older_text(older: str, newer: str, most: int) -> None:
    text = newer
    for hunk in reversed(hunks(older, newer, most=most)):
        text = hunk.undone(text)
    assert text == older


@given(older=TEXTS, newer=TEXTS, most=st.integers(1, 4))
def test_there_are_no_more_than_wanted(older: str, newer: str, most: int) -> None:
    assert len(hunks(older, newer, most=most)) <= most


def test_each_place_is_told_by_its_line_in_the_newer_text() -> None:
    found = hunks("a\nb\nc\nd\n", "a\nB\nc\nd\ne\n", most=9)
    assert [(hunk.at, str(hunk)) for hunk in found] == [(2, "-b\n+B"), (5, "+e")]


def test_one_place_undone_leaves_the_others() -> None:
    first, second = hunks("a\nb\nc\n", "A\nb\nC\n", most=9)
    assert (first.undone("A\nb\nC\n"), second.undone("A\nb\nC\n")) == ("a\nb\nC\n", "A\nb\nc\n")


def test_places_with_blank_lines_between_them_are_one() -> None:
    (both,) = hunks("a\n\nb\n", "A\n\nB\n", most=9)
    assert (both.old, both.new) == (("a\n", "\n", "b\n"), ("A\n", "\n", "B\n"))


def test_too_many_places_are_taken_together_with_their_nearest() -> None:
    older, newer = "a\nx\ny\nz\nb\nx\nc\n", "A\nx\ny\nz\nB\nx\nC\n"
    assert [hunk.new for hunk in hunks(older, newer, most=2)] == [("A\n",), ("B\n", "x\n", "C\n")]


def test_like_texts_have_no_place() -> None:
    assert hunks("a\n", "a\n", most=9) == ()


def test_a_last_line_without_an_end_is_a_line() -> None:
    (last,) = hunks("a\nb", "a\nb\nc\n", most=9)
    assert last.undone("a\nb\nc\n") == "a\nb"
