"""Two sources beside each other."""

from dashboard.reading.differences import MOST_LINES, difference

NAMES = ("old", "new")


def test_lines_of_both_stand_beside_each_other() -> None:
    found = difference("a\nb\nc\n", "a\nB\nB2\nc\n", names=NAMES)
    assert found is not None
    assert found.old.splitlines() == ["@@ line 1 @@", " a", "-b", "", " c"]
    assert found.new.splitlines() == ["@@ line 1 @@", " a", "+B", "+B2", " c"]


def test_places_far_apart_are_told_apart_and_keep_step() -> None:
    old = [f"line {n}" for n in range(40)]
    new = ["first", *old[1:30], *old[35:]]
    found = difference("\n".join(old), "\n".join(new), names=NAMES)
    assert found is not None
    heads = [line for line in found.old.splitlines() if line.startswith("@@")]
    assert heads == ["@@ line 1 @@", "@@ line 28 @@"]
    assert len(found.old.split("\n")) == len(found.new.split("\n"))


def test_lines_are_counted_whatever_they_begin_with() -> None:
    found = difference("+a\n-b\n", "-b\n++c\n", names=NAMES)
    assert found is not None
    assert (found.removed, found.added) == (1, 1)


def test_sources_that_are_alike_have_no_difference() -> None:
    found = difference("a\n", "a\n", names=NAMES)
    assert found is not None
    assert (found.together, found.old, found.removed) == ("", "", 0)


def test_a_source_too_long_to_compare_is_not_compared() -> None:
    assert difference("a\n" * (MOST_LINES + 1), "a\n", names=NAMES) is None
