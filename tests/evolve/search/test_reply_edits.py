"""SEARCH/REPLACE blocks and diffs in replies: found, matched and applied, all or none."""

import pytest

from tests.evolve.search.replied import PARENT, block, detail, read, reason

EDITED = PARENT.replace("LIMIT = 3", "LIMIT = 4")
EDIT = block("LIMIT = 3", "LIMIT = 4")
TWO = block("    total = 0", "    total = 1")
HUNK = "@@ -1,9 +1,9 @@\n import math\n \n-LIMIT = 3\n+LIMIT = 4\n \n \n"
DIFF = f"--- a/policy.py\n+++ b/policy.py\n{HUNK}"
STRIPPED = DIFF.replace(" \n", "\n")

SAME_EDIT = {
    "nothing around": EDIT,
    "prose around": f"More.\n\n{EDIT}\n\nThat is all.",
    "a fence": f"```python\n{EDIT}\n```",
    "an unclosed fence": f"```\n{EDIT}",
    "a file name before": f"policy.py\n```python\n{EDIT}\n```",
    "lower case": EDIT.lower().replace("limit", "LIMIT"),
    "five signs": EDIT.replace("<<<<<<<", "<<<<<").replace("=======", "=====").replace(">>>>>>>", ">>>>>"),
    "ten signs": EDIT.replace("<<<<<<<", "<" * 10).replace("=======", "=" * 10).replace(">>>>>>>", ">" * 10),
    "no space": EDIT.replace("< SEARCH", "<SEARCH").replace("> REPLACE", ">REPLACE"),
    "text behind markers": EDIT.replace("SEARCH", "SEARCH policy.py").replace("REPLACE", "REPLACE (1)"),
    "other words": EDIT.replace("SEARCH", "ORIGINAL").replace("REPLACE", "UPDATED"),
    "no words": EDIT.replace(" SEARCH", "").replace(" REPLACE", ""),
    "other signs": EDIT.replace("<<<<<<<", "-------").replace(">>>>>>>", "+++++++"),
    "white space at ends": EDIT.replace("3\n", "3  \n"),
    "blank lines at ends": block("\n\nLIMIT = 3\n\n", "LIMIT = 4"),
    "fences within": block("```python\nLIMIT = 3\n```", "```python\nLIMIT = 4\n```"),
    "numbered lines": block(" 3: LIMIT = 3", " 3: LIMIT = 4"),
    "the signs of a diff": block("-LIMIT = 3", "+LIMIT = 4"),
    "a fence for diffs": f"```diff\n{EDIT}\n```",
    "indented markers": "".join(f"   {line}\n" for line in EDIT.splitlines()),
    "line ends of Windows": EDIT.replace("\n", "\r\n"),
    "spaces that do not break": EDIT.replace("LIMIT = 3", "LIMIT\u00a0= 3"),
    "spaces that do not break in what is put there": EDIT.replace("LIMIT = 4", "LIMIT\u00a0= 4"),
    "no last marker but the fence's end": f"```\n{EDIT.removesuffix('>>>>>>> REPLACE')}```\nDone.",
    "a diff": f"```diff\n{DIFF}```",
    "a diff with wrong numbers": f"```diff\n{DIFF.replace('-1,9 +1,9', '-70,2 +99,1')}```",
    "a diff without heads": "```diff\n-LIMIT = 3\n+LIMIT = 4\n```",
    "a diff whose blank lines lost their space": f"```diff\n{STRIPPED}```",
    "a diff whose context lost its space": f"```diff\n{DIFF.replace(' import', 'import')}```",
    "a diff in a fence without a name": f"```\n{DIFF}```",
    "a patch": f"```\n*** Begin Patch\n*** Update File: p.py\n{HUNK}*** End Patch\n```",
}


@pytest.mark.parametrize("name", SAME_EDIT)
def test_an_edit_applies_with(name: str) -> None:
    assert read(SAME_EDIT[name]) == EDITED


BOTH = EDITED.replace("    total = 0", "    total = 1")


@pytest.mark.parametrize(
    "text",
    [
        f"{EDIT}\n{TWO}",
        f"```\n{EDIT}\n\n{TWO}\n```",
        f"```\n{EDIT}\n```\nand\n```\n{TWO}\n```",
        f"```\n{EDIT.removesuffix('>>>>>>> REPLACE')}```\nand\n```\n{TWO}\n```",
        f"```diff\n{DIFF}@@ def solve(task):\n-    total = 0\n+    total = 1\n     for item in task:\n```",
    ],
    ids=["bare", "one fence", "a fence each", "half a fence each", "hunks"],
)
def test_several_edits_apply(text: str) -> None:
    assert read(text) == BOTH


def test_an_edit_applies_to_what_those_before_left() -> None:
    later = block("LIMIT = 4", "LIMIT = 5")
    assert read(f"{EDIT}\n{later}") == PARENT.replace("LIMIT = 3", "LIMIT = 5")


def test_all_edits_apply_or_none_does() -> None:
    assert reason(f"{EDIT}\n{block('gone = 1', 'x = 2')}") == "edit_not_found"


def test_an_empty_replacement_deletes() -> None:
    cut = "<<<<<<< SEARCH\n    if total > 10:\n        total = 10\n=======\n>>>>>>> REPLACE"
    assert read(cut) == PARENT.replace("    if total > 10:\n        total = 10\n", "")


def test_indentation_that_is_off_by_the_same_everywhere_is_mended() -> None:
    edit = block("if total > 10:\n    total = 10", "if total > 9:\n    if LIMIT:\n        total = 9")
    expected = "    if total > 9:\n        if LIMIT:\n            total = 9\n"
    assert read(edit) == PARENT.replace("    if total > 10:\n        total = 10\n", expected)


def test_indentation_that_is_too_deep_is_mended() -> None:
    edit = block(
        "        if total > 10:\n            total = 10", "        if total > 9:\n            total = 9"
    )
    assert read(edit) == PARENT.replace("10:\n", "9:\n").replace("total = 10", "total = 9")


def test_indentation_that_is_off_differently_is_another_text() -> None:
    assert reason(block("if total > 10:\n      total = 10", "total = 9")) == "edit_not_found"


def test_tabs_match_spaces() -> None:
    assert read(block("\tif total > 10:\n\t\ttotal = 10", "    total = min(total, 10)")) == PARENT.replace(
        "    if total > 10:\n        total = 10\n", "    total = min(total, 10)\n"
    )


def test_the_strictest_match_decides() -> None:
    # As written it stands once; with other indentation twice.
    parent = "def solve(task):\n    if task:\n        x = 1\n    x = 1\n    return x\n"
    assert read(block("    x = 1", "    x = 2"), parent=parent) == parent.replace(
        "\n    x = 1", "\n    x = 2"
    )


def test_a_blank_line_can_tell_places_apart() -> None:
    parent = "def solve(task):\n    x = 1\n\n    x = 1\n    return x\n"
    expected = "def solve(task):\n    x = 1\n\n    x = 2\n    return x\n"
    assert read(block("\n    x = 1", "\n    x = 2"), parent=parent) == expected


def test_indentation_tells_places_apart_where_white_space_at_ends_is_off() -> None:
    parent = "def solve(task):\n    if task:\n        x = 1\n    x = 1\n    return x\n"
    assert read(block("    x = 1 ", "    x = 2"), parent=parent) == parent.replace(
        "\n    x = 1", "\n    x = 2"
    )


def test_an_edit_in_spaces_of_a_program_in_tabs_becomes_one_in_tabs() -> None:
    parent = "def solve(task):\n\tif task:\n\t\treturn 1\n\treturn 2\n"
    edit = block("if task:\n    return 1", "if task:\n    return [\n      3]")
    assert read(edit, parent=parent) == parent.replace("return 1", "return [\n\t\t  3]")


def test_an_edit_in_tabs_of_a_program_in_spaces_becomes_one_in_spaces() -> None:
    edit = block("def weight(item):", "def heavier(item):\n\treturn item > LIMIT\n\n\ndef weight(item):")
    expected = "def heavier(item):\n    return item > LIMIT\n\n\ndef weight(item):"
    assert read(edit) == PARENT.replace("def weight(item):", expected)


def test_a_tab_within_a_line_stays_where_indentation_is_mended() -> None:
    edit = block("if total > 10:\n\ttotal = 10", "if total > 10:\n\ttotal = '\t'")
    assert read(edit) == PARENT.replace("total = 10", "total = '\t'")


def test_an_edit_that_is_written_twice_applies_once() -> None:
    edit = block("LIMIT = 3", "LIMIT = 3\nMOST = 9")
    assert read(f"{edit}\nIn full:\n{edit}") == PARENT.replace("LIMIT = 3", "LIMIT = 3\nMOST = 9")


def test_lines_that_stand_twice_are_ambiguous() -> None:
    parent = "def solve(task):\n    x = 1\n    y = 2\n    x = 1\n    return x\n"
    assert reason(block("    x = 1", "    x = 2"), parent=parent) == "ambiguous_edit"


def test_an_ambiguity_names_the_lines() -> None:
    parent = "def solve(task):\n    x = 1\n    y = 2\n    x = 1\n    return x\n"
    assert "stand at lines 2, 4;" in detail(block("x = 1", "x = 2"), parent=parent)


def test_neighbours_resolve_an_ambiguity() -> None:
    parent = "def solve(task):\n    x = 1\n    y = 2\n    x = 1\n    return x\n"
    edit = block("    x = 1\n    return x", "    return 3")
    assert read(edit, parent=parent) == "def solve(task):\n    x = 1\n    y = 2\n    return 3\n"


def test_lines_that_overlap_are_two_places() -> None:
    parent = "def solve(task):\n    x()\n    x()\n    x()\n"
    assert reason(block("    x()\n    x()", "    y()"), parent=parent) == "ambiguous_edit"


def test_a_line_that_is_missing_is_told_with_the_nearest() -> None:
    told = detail(block("    total += weigh(item)", "x"))
    assert told == (
        "line 'total += weigh(item)' of block 1 is not in the program; the nearest is 'total += weight(item)'"
    )


def test_the_line_that_is_told_is_the_first_that_is_missing() -> None:
    assert "'if total > 11:'" in detail(block("    return total\n    if total > 11:", "x"))


def test_a_line_like_no_other_is_told_alone() -> None:
    assert detail(block("@@@@", "x")) == "line '@@@@' of block 1 is not in the program"


def test_lines_that_are_there_but_apart_are_told_so() -> None:
    assert "not one after the other" in detail(block("    total = 0\n    return total", "x"))


def test_nothing_is_no_place() -> None:
    assert reason("<<<<<<< SEARCH\n\n=======\nx = 1\n>>>>>>> REPLACE") == "edit_not_found"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("<<<<<<< SEARCH\nLIMIT = 3\n>>>>>>> REPLACE", "======="),
        ("<<<<<<< SEARCH\nLIMIT = 3\n=======\nLIMIT = 4", ">>>>>>> REPLACE"),
        (f"<<<<<<< SEARCH\nLIMIT = 3\n=======\nLIMIT = 4\n{TWO}", ">>>>>>> REPLACE"),
        (f"<<<<<<< SEARCH\nLIMIT = 3\n{TWO}", "======="),
    ],
)
def test_half_an_edit_names_what_is_missing(text: str, missing: str) -> None:
    assert (reason(text), detail(text).endswith(f"has no {missing}")) == ("half_edit", True)


def test_a_fence_in_a_replacement_does_not_end_it() -> None:
    doc = '    """Sum.\n\n    ```\n    solve([1])\n    ```\n    """\n    total = 5'
    assert read(block("    total = 0", doc)) == PARENT.replace("    total = 0", doc)


def test_a_divider_within_a_replacement_is_text() -> None:
    assert read(block("LIMIT = 3", 'LIMIT = 4\nNOTE = """\nA\n=====\n"""')) == PARENT.replace(
        "LIMIT = 3", 'LIMIT = 4\nNOTE = """\nA\n=====\n"""'
    )


def test_more_edits_than_anyone_means_are_none() -> None:
    assert reason("\n".join([EDIT] * 61)) == "too_many_edits"


def test_more_hunks_than_anyone_means_are_none() -> None:
    assert reason("```diff\n" + "@@\n-a\n+b\n" * 61 + "```") == "too_many_edits"


def test_an_edited_program_is_checked_as_any_other() -> None:
    assert reason(block("def solve(task):", "def solve(task:")) == "unparsable"


def test_an_edit_that_fails_in_a_fence_is_told_as_an_edit() -> None:
    assert reason(f"```python\n{block('gone = 1', 'x = 2')}\n```") == "edit_not_found"
