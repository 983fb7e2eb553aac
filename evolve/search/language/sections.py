"""A prompt's sections: each has a budget of tokens, and what does not fit is cut where a line ends."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from evolve.models.estimate import BYTES_PER_TOKEN, estimated_tokens
from evolve.nearest import nearest

_FENCE: Final = re.compile(r"`{3,}")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a prompt under one heading.

    Attributes:
        name: Of its budget; those without one are never cut.
        text: With its heading.
        was_cut: Whether something was left out.
    """

    name: str
    text: str
    was_cut: bool = False

    @property
    def tokens(self) -> int:
        """Estimated length."""
        return estimated_tokens(self.text)


@dataclass(frozen=True, slots=True)
class Sections:
    """Most tokens of each section that may be cut.

    A budget of 0 leaves its section out. The interface, what is forbidden, the program to work on, the
    task and the form of the answer are always whole: without them no reply can be of use.
    """

    problem: int = 1500
    evaluation: int = 1500
    context: int = 1500
    feedback: int = 1200
    others: int = 3000
    failures: int = 800
    hints: int = 600

    @staticmethod
    def of(budgets: Mapping[str, int]) -> "Sections":
        """Takes the usual budgets but for those named.

        Raises:
            ValueError: There is no such section, or its budget is below 0.
        """
        known = [f.name for f in fields(Sections)]
        for name, tokens in budgets.items():
            if name not in known:
                raise ValueError(
                    f"expected a section of a prompt, but got {name!r}; there are: "
                    f"{', '.join(nearest(name, known))}"
                )
            if tokens < 0:
                raise ValueError(f"section {name!r} must have at least 0 tokens, but got {tokens}")
        return Sections(**budgets)

    def fit(self, name: str, text: str) -> Section:
        """Makes a section that keeps to its budget, but for the line that tells of a cut."""
        budget: int | None = getattr(self, name, None)
        if budget is None or estimated_tokens(text) <= budget:
            return Section(name, text)
        return Section(name, _cut(text, budget) if budget else "", was_cut=True)


def _cut(text: str, tokens: int) -> str:
    """Keeps whole lines from the top, closes the fence that the cut opens, and says what was left out."""
    lines, kept, fence, left = text.split("\n"), list[str](), "", tokens * BYTES_PER_TOKEN
    for line in lines:
        left -= len(line.encode("utf-8", "surrogatepass")) + 1
        if left < 0:
            break
        kept.append(line)
        if fence:
            fence = "" if line == fence else fence
        elif opening := _FENCE.match(line):
            fence = opening[0]
    told = f"({len(lines) - len(kept)} more lines left out)"
    return "\n".join([*kept, *([fence] if fence else []), told])
