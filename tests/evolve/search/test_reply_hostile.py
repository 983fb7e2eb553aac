"""Whatever text a reply is: it is read in linear time, raises nothing, and yields a program or a reason."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.search.language.replies import LONGEST, Unusable
from evolve.search.syntax import parse
from tests.evolve.search.replied import PARENT, WHOLE, block, read

PIECES = (
    "```",
    "```python\n",
    "~~~",
    "````",
    "<think>",
    "</think>",
    "<<<<<<< SEARCH\n",
    "\n=======\n",
    "\n>>>>>>> REPLACE\n",
    "```diff\n@@ -1 +1 @@\n",
    "-LIMIT = 3\n+LIMIT = 4\n",
    "LIMIT = 3",
    "def solve(task):",
    "\n    return 1\n",
    WHOLE,
    PARENT,
    block("LIMIT = 3", "LIMIT = 4"),
    "# ... rest unchanged\n",
    "1: ",
    "\n",
    "\r",
    "\t",
    "\0",
    "\ufeff",
    "\ud800",
    "\x0c",
    "\u2028",
    "'''",
    "(",
    "\\\n",
)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=30).map("".join))
def test_any_reply_is_a_program_or_has_a_reason(text: str) -> None:
    found = read(text)
    if isinstance(found, Unusable):
        assert found.detail.isprintable()
        assert 0 < len(found.detail) <= 200
    else:
        assert parse(found) is not None
        assert found.endswith("\n")
        assert "\r" not in found


@given(st.text(st.characters(), max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert read(text, parent=text) != ""


def filled(piece: str, room: int = 100) -> str:
    return piece * ((LONGEST - room) // len(piece))


LONG = "x = [1, 2, 3]\n" * 1300
HOSTILE = {
    "spaces": filled(" "),
    "line ends": filled("\n"),
    "spaces and a letter": filled(" ") + "x",
    "a fence, spaces and a grave": "```" + filled(" ") + "`",
    "tildes and a grave": filled("~") + "`",
    "graves": filled("`"),
    "lines of graves": filled("```\n"),
    "fences": filled("```\nsolve\n```\n"),
    "opening fences": filled("```python\n"),
    "programs": filled(f"```python\n{WHOLE}```\n"),
    "thoughts": filled("<think>"),
    "ends of thoughts": filled("</think>"),
    "thoughts and ends": filled("<think></think>x"),
    "signs": filled("<"),
    "search": filled("<<<<<<< SEARCH\n"),
    "blocks": filled(block("LIMIT = 3", "LIMIT = 3") + "\n"),
    "blocks that are not found": filled(block("    total += weigh(item)", "x") + "\n"),
    "a long search": block(filled("    total\n"), "x"),
    "a long line": block("x" * (LONGEST - 100), "x"),
    "a block of line ends": block(filled("\n"), "x"),
    "hunks": "```diff\n" + filled("@@\n-a\n+b\n"),
    "a long hunk": "```diff\n@@\n" + filled("-a\n+b\n"),
    "numbers": "```python\n" + filled("1"),
    "numbers and spaces": "```python\nsolve\n" + filled("1 "),
    "numbered lines": "```python\n" + filled("1: solve\n"),
    "dashes": filled("- "),
    "definitions": filled("def "),
    "definitions of nothing": filled("def solve\n"),
    "imports": filled("import x\n"),
    "code and prose": filled("import x\nThis is prose.\n"),
    "capitals": filled("A "),
    "dots": "```python\ndef solve(task):\n    # " + filled("... "),
    "comments": "```python\ndef solve(task):\n    pass\n" + filled("# the rest\n")[:99_000],
    "words": "```python\ndef solve(task):\n    # " + filled("rest "),
    "brackets": "```python\ndef solve(task):\n" + filled("("),
    "a long program without a fence": "def f(a):\n    return a\n\n" * 3500 + WHOLE + "This is prose.\n" * 20,
    "long programs": filled(f"```python\n{LONG}{WHOLE}```\n"),
    "long programs that do not parse": filled(f"```python\n{LONG}{WHOLE}x = = 1\n```\n"),
    "growing indentation": "".join(" " * n + "x\n" for n in range(890)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_replies_are_read_soon(name: str) -> None:
    assert len(HOSTILE[name]) <= LONGEST, "refused for its length alone"
    start = process_time()
    read(HOSTILE[name])
    # The slowest takes a sixth of a second; the rest of the margin is for busy machines.
    assert process_time() - start < 1


def test_a_megabyte_is_not_even_looked_at() -> None:
    start = process_time()
    assert isinstance(read("<<<<<<< SEARCH\n" * 70_000), Unusable)
    assert process_time() - start < 0.2


def test_edits_of_a_long_program_of_like_lines_are_tried_soon() -> None:
    parent = "def solve(task):\n" + "    x = 1\n" * 9000
    edit = block("    x = 1\n" * 5000 + "    y = 2", "    z = 3")
    start = process_time()
    assert isinstance(read("\n".join([edit] * 5), parent=parent), Unusable)
    assert process_time() - start < 1


def test_reading_is_a_pure_function() -> None:
    text = f"{block('gone', 'x')}\n```python\n{WHOLE}```"
    assert [read(text) for _ in range(3)] == [WHOLE] * 3
