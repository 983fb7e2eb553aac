"""Replies that are no candidates, each with its reason and a sentence."""

import pytest

from evolve.search.language.replies import Unusable
from tests.evolve.search.replied import PARENT, WHOLE, block, detail, read, reason

FENCED = f"```python\n{WHOLE}```"


def fenced(source: str) -> str:
    return f"```python\n{source}\n```"


@pytest.mark.parametrize("finish", ["length", "max_tokens", "MAX_TOKENS", "incomplete", "error"])
@pytest.mark.parametrize("text", [FENCED, block("LIMIT = 3", "LIMIT = 4"), ""])
def test_a_reply_that_was_cut_is_refused_whatever_it_holds(finish: str, text: str) -> None:
    assert read(text, finish=finish) == Unusable("truncated", "the reply was cut after 20 tokens")


@pytest.mark.parametrize("finish", ["content_filter", "refusal", "SAFETY"])
def test_a_reply_that_was_held_back_is_filtered(finish: str) -> None:
    assert read(FENCED, finish=finish) == Unusable("filtered", "the provider held the reply back")


@pytest.mark.parametrize("finish", ["stop", "end_turn", "eos", "tool_calls", ""])
def test_a_reply_that_ended_is_read(finish: str) -> None:
    assert read(FENCED, finish=finish) == WHOLE


@pytest.mark.parametrize("text", ["", " \n\t", "<think>all</think>", "<think>```python\nx", "hm</think>\n"])
def test_a_reply_without_text_but_thoughts_is_empty(text: str) -> None:
    assert reason(text) == "empty"


@pytest.mark.parametrize(
    "text",
    ["I cannot help with that.", "```\nsome output\n```", "```json\n{}\n```", "solve it yourself", "``````"],
)
def test_a_reply_without_code_has_no_program(text: str) -> None:
    assert reason(text) == "no_program"


@pytest.mark.parametrize(
    "source",
    [
        "def solve(task):\nreturn 1",
        "def solve(task:\n    return 1",
        "def solve(task):\n    return “task”",
        "def solve(task):\n    return '\ud800'",
        "def solve(task):\n    return '\0'",
        "def solve(task):\n    return " + "(" * 160 + ")" * 160,
        "def solve(task):\n    return " + "-" * 3000 + "1",
        "def solve(task):\n\tif task:\n        return 1",
    ],
)
def test_what_python_does_not_read_is_unparsable(source: str) -> None:
    assert reason(fenced(source)) == "unparsable"


@pytest.mark.filterwarnings("error")
def test_a_bad_escape_in_what_is_unparsable_is_no_news() -> None:
    told = detail(fenced("def solve(task):\n    x = '\\d'\n    return = 1"))
    assert told == "line 3 does not parse: 'return = 1'"


def test_where_a_program_does_not_parse_is_told() -> None:
    assert detail(fenced("def solve(task):\n    x = = 1")) == "line 2 does not parse: 'x = = 1'"


def test_a_program_without_a_fence_that_does_not_parse_is_told_too() -> None:
    assert reason("I do this:\ndef solve(task):\n    x = = 1\n") == "unparsable"


def test_the_wrong_interface_is_told_with_the_right_one() -> None:
    assert detail(fenced("x = 1")) == "the program does not define def solve(task) at its top level"


@pytest.mark.parametrize(
    "text",
    [
        fenced(PARENT),
        fenced(PARENT.replace("    total = 0", "    total = 0  # sum")),
        fenced(PARENT.replace("total", "amount")),
        fenced(PARENT.replace("\n", "\r\n")),
        block("LIMIT = 3", "LIMIT = 3"),
        block("    total = 0", "    total = 0  # changed"),
    ],
)
def test_a_program_that_does_the_same_is_unchanged(text: str) -> None:
    assert reason(text) == "unchanged"


def test_a_parent_with_other_line_ends_is_edited_all_the_same() -> None:
    found = read(block("LIMIT = 3", "LIMIT = 4"), parent=PARENT.replace("\n", "\r\n"))
    assert found == PARENT.replace("LIMIT = 3", "LIMIT = 4")


@pytest.mark.parametrize(
    "comment",
    [
        "# ... rest unchanged ...",
        "# ... existing code ...",
        "# existing code here",
        "# (rest of the code stays the same)",
        "# The rest of the program remains unchanged.",
        "# … same as before",
        "# ... (other methods)",
        "# remaining functions omitted",
        "# Same helper functions as above",
        "# keep existing imports here",
        "... # rest of the code",
        "# rest of the function...",
    ],
)
def test_a_comment_in_place_of_code_makes_it_no_program(comment: str) -> None:
    assert reason(fenced(f"def solve(task):\n    total = 1\n    {comment}\n    return total")) == "elided"


@pytest.mark.parametrize(
    "comment",
    [
        "# the remaining capacity is unchanged",
        "# rest of the items go to the smallest bin",
        "# existing jobs keep their place",
        "# previous value",
        "# if unchanged, stop",
        "# items: a, b, ...",
    ],
)
def test_a_comment_about_something_else_is_one(comment: str) -> None:
    assert reason(fenced(f"def solve(task):\n    {comment}\n    return 7")) == "taken"


def test_a_comment_that_the_parent_has_is_no_elision() -> None:
    comment = "# ... existing code ..."
    parent = PARENT.replace("LIMIT = 3", f"LIMIT = 3\n{comment}")
    assert reason(block("LIMIT = 3", "LIMIT = 4"), parent=parent) == "taken"


def test_an_edit_can_be_elided_too() -> None:
    assert reason(block("    total = 0", "    # ... existing code ...\n    total = 1")) == "elided"


@pytest.mark.parametrize(("most", "expected"), [(0, "too_many_changes"), (1, "taken"), (None, "taken")])
def test_changes_beyond_the_cap_are_too_many(most: int | None, expected: str) -> None:
    assert reason(block("LIMIT = 3", "LIMIT = 4"), most=most) == expected


def test_deleted_lines_are_changes() -> None:
    edit = "<<<<<<< SEARCH\n    if total > 10:\n        total = 10\n=======\n>>>>>>> REPLACE"
    assert reason(edit, most=1) == "too_many_changes"


@pytest.mark.parametrize(
    "source",
    ["# " + "x" * 100_000, "# " + "\U0001f600" * 70_000],
    ids=["characters", "bytes"],
)
def test_a_program_beyond_what_is_admitted_is_too_long(source: str) -> None:
    assert reason(fenced(f"{WHOLE}{source}")) == "too_long"


def test_a_reply_beyond_what_is_read_is_too_long() -> None:
    assert reason("x" * 400_001) == "too_long"


@pytest.mark.parametrize("name", ["\x1b[31m", "\x00", "\u202e", "\ud800", "é" * 300, "a\u2028b"])
def test_a_detail_is_short_and_printable(name: str) -> None:
    for text in (fenced(f"def solve(task):\n    x = = {name}"), block(f"{name} = 1", "x")):
        told = detail(text)
        assert told.isprintable()
        assert 0 < len(told) <= 200
