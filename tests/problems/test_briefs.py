"""Every brief reads alike: the headings that prompts are cut at, and hints that are released one by one."""

import re

import pytest

from problems.registry import get, names

OURS = [name for name in names() if not name.startswith("toy")]


@pytest.mark.parametrize("name", OURS)
def test_a_brief_has_its_headings_in_order(name: str) -> None:
    headings = re.findall(r"^(##+) (.+)$", get(name).brief, flags=re.MULTILINE)
    assert headings == [
        ("##", "Problem"),
        ("##", "Evaluation"),
        ("###", "Forbidden"),
        ("##", "Context"),
        ("##", "Hints"),
    ]


@pytest.mark.parametrize("name", OURS)
def test_hints_are_numbered_from_one(name: str) -> None:
    hints = get(name).brief.split("## Hints")[1]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", hints, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 3
