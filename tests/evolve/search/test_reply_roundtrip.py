"""Edits of real programs, written as blocks the ways models write them, give the program that was meant."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.search.language.blocks import Edit, Misfit, edits_in
from evolve.search.language.matching import applied

ROOT = Path(__file__).parents[3]
PROGRAMS = [
    ROOT / "problems" / problem / "baselines" / name
    for problem, name in (("llm_sql", "ggr.py"), ("eplb", "vllm.py"), ("spot_multi", "lifetimes.py"))
]
LONGEST = 6
"""Lines that one edit takes away."""

Lines = list[str]
Change = tuple[int, int, Lines]
"""Lines from the first to before the second are replaced."""


@st.composite
def changed(draw: st.DrawFn) -> tuple[Lines, list[Change]]:
    """Draws a program and changes that do not touch, each of lines that stand in it once."""
    lines = draw(st.sampled_from(PROGRAMS)).read_text().split("\n")
    count = Counter(line.strip() for line in lines)
    changes: list[Change] = []
    end = 0
    for first in sorted(draw(st.sets(st.integers(0, len(lines) - 1), min_size=1, max_size=4))):
        last = min(len(lines), first + draw(st.integers(1, LONGEST))) - 1
        is_once = any(count[line.strip()] == 1 for line in lines[first : last + 1])
        if first >= end and is_once and lines[first].strip() and lines[last].strip():
            changes.append((first, last + 1, [f"{' ' * n * 4}new_{first}_{n}" for n in draw(depths())]))
            end = last + 1
    return lines, changes


def depths() -> st.SearchStrategy[list[int]]:
    """Draws levels of indentation of the new lines."""
    return st.lists(st.integers(0, 3), max_size=4)


def expected(lines: Lines, changes: Sequence[Change]) -> str:
    """The program that is meant."""
    parts, end = list[str](), 0
    for first, after, new in changes:
        parts += [*lines[end:first], *new]
        end = after
    return "\n".join([*parts, *lines[end:]])


def spelled(
    lines: Lines, changes: Sequence[Change], spell: Callable[[Lines, Lines], tuple[Lines, Lines]]
) -> str:
    """A reply with a block for each change."""
    texts = []
    for first, after, new in changes:
        search, replace = spell(lines[first:after], new)
        texts.append("\n".join(["<<<<<<< SEARCH", *search, "=======", *replace, ">>>>>>> REPLACE"]))
    return "\n\n".join(texts)


def as_is(search: Lines, replace: Lines) -> tuple[Lines, Lines]:
    return search, replace


def trailing(search: Lines, replace: Lines) -> tuple[Lines, Lines]:
    return [f"{line} \t" for line in search], [f"{line}  " for line in replace]


def padded(search: Lines, replace: Lines) -> tuple[Lines, Lines]:
    return ["", *search, ""], ["", *replace, ""]


def tabbed(search: Lines, replace: Lines) -> tuple[Lines, Lines]:
    return [with_tabs(line) for line in search], [with_tabs(line) for line in replace]


def with_tabs(line: str) -> str:
    depth = (len(line) - len(line.lstrip(" "))) // 4
    return "\t" * depth + line[depth * 4 :]


def deeper(search: Lines, replace: Lines) -> tuple[Lines, Lines]:
    return [f"   {line}" if line else line for line in search], [f"   {line}" for line in replace]


def shallower(search: Lines, replace: Lines) -> tuple[Lines, Lines]:
    by = min((len(line) - len(line.lstrip()) for line in [*search, *replace] if line.strip()), default=0)
    return [line[by:] for line in search], [line[by:] for line in replace]


def fenced(search: Lines, replace: Lines) -> tuple[Lines, Lines]:
    return ["```python", *search, "```"], ["```python", *replace, "```"]


@pytest.mark.parametrize("spell", [as_is, trailing, padded, tabbed, deeper, shallower, fenced])
@given(drawn=changed())
def test_edits_however_they_are_spelled_give_what_is_meant(
    spell: Callable[[Lines, Lines], tuple[Lines, Lines]], drawn: tuple[Lines, list[Change]]
) -> None:
    lines, changes = drawn
    edits = edits_in(spelled(lines, changes, spell))
    assert not isinstance(edits, Misfit)
    assert applied("\n".join(lines), edits) == expected(lines, changes)


@given(drawn=changed(), place=st.integers(0, 4))
def test_one_edit_that_is_not_found_keeps_all_from_being_applied(
    drawn: tuple[Lines, list[Change]], place: int
) -> None:
    lines, changes = drawn
    edits = edits_in(spelled(lines, changes, as_is))
    assert not isinstance(edits, Misfit)
    missing = Edit(("nowhere = 1",), ("x",))
    result = applied("\n".join(lines), [*edits[:place], missing, *edits[place:]])
    assert isinstance(result, Misfit)
    assert result.reason == "edit_not_found"
