"""Two sources beside each other, line by line. No streamlit here."""

import difflib
from dataclasses import dataclass
from typing import Final

MOST_LINES: Final = 3_000
"""Of either source: comparing longer ones takes seconds, and no policy that is read has as many."""
_CONTEXT: Final = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """What tells two sources apart.

    Attributes:
        together: As one unified diff; empty if they are alike.
        old: The changed places of the first, with as many lines as those of the second.
        new: Those of the second, what stands in the same line being the same or instead of it.
        removed: Lines of the first alone.
        added: Lines of the second alone.
    """

    together: str
    old: str
    new: str
    removed: int
    added: int


def difference(old: str, new: str, *, names: tuple[str, str]) -> Difference | None:
    """Compares two sources; None if one of them is too long for that."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > MOST_LINES:
        return None
    unified = difflib.unified_diff(before, after, *names, lineterm="", n=_CONTEXT)
    left, right = _beside(before, after)
    counts = [sum(line.startswith(sign) for line in lines) for sign, lines in (("-", left), ("+", right))]
    return Difference("\n".join(unified), "\n".join(left), "\n".join(right), counts[0], counts[1])


def _beside(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    left, right = list[str](), list[str]()
    for group in difflib.SequenceMatcher(None, before, after).get_grouped_opcodes(_CONTEXT):
        if left:
            left.append("")
            right.append("")
        left.append(f"@@ line {group[0][1] + 1} @@")
        right.append(f"@@ line {group[0][3] + 1} @@")
        for tag, a, b, c, d in group:
            signs = (" ", " ") if tag == "equal" else ("-", "+")
            longest = max(b - a, d - c)
            left += _signed(signs[0], before[a:b], longest)
            right += _signed(signs[1], after[c:d], longest)
    return left, right


def _signed(sign: str, lines: list[str], count: int) -> list[str]:
    """The lines with their sign, and empty ones behind them up to a count."""
    return [f"{sign}{line}" for line in lines] + [""] * (count - len(lines))
