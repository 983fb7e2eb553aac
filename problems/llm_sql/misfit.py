"""Rows out of step: cells of unequal length lie over each other, and the texts go on all the same.

How long they can is searched cell by cell for one row at a time, in a looser form of the table: the other row
may have any cell that occurs in a unit, whatever stands beside it, but only one of each.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from problems.llm_sql.interface import Row, common_prefix

DEPTH = 6
"""Cells that may lie out of step before the rest of a row is taken as shared."""


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of a table, sorted, with those that begin others.

    Attributes:
        ranked: Distinct and not empty.
        parents: For each, the place of the longest that it begins with, else -1.
        units: For each, a bit for every unit in which it occurs.
    """

    ranked: Sequence[str]
    parents: Sequence[int]
    units: Sequence[int]

    @staticmethod
    def of(cells: Sequence[Row]) -> "Texts":
        """Collects them."""
        units: dict[str, int] = {}
        for row in cells:
            for unit, cell in enumerate(row):
                units[cell] = units.get(cell, 0) | 1 << unit
        units.pop("", None)
        ranked, parents, begun = sorted(units), [], list[int]()
        for place, text in enumerate(ranked):
            while begun and not text.startswith(ranked[begun[-1]]):
                begun.pop()
            parents.append(begun[-1] if begun else -1)
            begun.append(place)
        return Texts(ranked, parents, [units[text] for text in ranked])

    def aside(self, row: Row) -> list[int]:
        """Longest match that begins with each cell of a row and a longer or shorter one of the other row."""
        return [self.begins(cell, (*row[:k], *row[k + 1 :])) if cell else 0 for k, cell in enumerate(row)]

    def begins(self, cell: str, others: tuple[str, ...]) -> int:
        """Longest match that begins with a cell and a longer or shorter other one; 0 if there is none."""
        place, rest, best = bisect_left(self.ranked, cell), tuple(filter(None, others)), 0
        for above, left in self.begun(self.parents[place], cell, 0, -1):
            used = len(self.ranked[above])
            best = max(best, used + self.match(Loose(cell[used:], rest, left)))
        return max(best, self.longest(Loose(cell, rest))) if self.continues(cell, place + 1) else best

    def continues(self, text: str, place: int) -> bool:
        """Whether the text at a place is longer than `text` and begins with it."""
        return place < len(self.ranked) and self.ranked[place].startswith(text)

    def begun(self, place: int, text: str, least: int, free: int) -> Iterator[tuple[int, int]]:
        """Texts, up from a place, longer than `least` that `text` begins with, and what they leave free.

        A text of a single unit takes this unit from the other row, which has one cell in each.
        """
        while place >= 0 and len(self.ranked[place]) > least:
            units = self.units[place]
            if units & free and text.startswith(self.ranked[place]):
                yield place, free if units & (units - 1) else free & ~units
            place = self.parents[place]

    def longest(self, state: "Loose") -> int:
        """Longest match if the other row's next cell is longer than the text at hand."""
        least, rest = len(state.text), state.rest
        following = (
            Loose(state.text + cell, (*rest[:j], *rest[j + 1 :]), state.free, least, state.depth - 1)
            for j, cell in enumerate(rest)
        )
        return max([least, *map(self.match, following)])

    def match(self, state: "Loose") -> int:
        """Longest match of the text at hand and the cells after it with texts of the other row."""
        text = state.text
        everything = len(text) + sum(map(len, state.rest))
        if state.depth <= 0:
            return everything
        place = bisect_right(self.ranked, text)
        around = self.ranked[max(place - 1, 0) : place + 1]
        best = max((common_prefix(text, other) for other in around), default=0)
        for above, left in self.begun(place - 1, text, state.least, state.free):
            used = len(self.ranked[above])
            if used == len(text):
                return everything
            best = max(best, used + self.match(Loose(text[used:], state.rest, left, 0, state.depth - 1)))
        return max(best, self.longest(state)) if self.continues(text, place) else best


@dataclass(frozen=True, slots=True)
class Loose:
    """Two rows out of step, as far as this one's text is known.

    Attributes:
        text: What this row wrote and the other one has not matched yet.
        rest: Cells that this row may write next.
        free: Bits of the units of which the other row may still write a cell.
        least: Length that the other row's next cell exceeds.
        depth: Cells that may follow before all is taken as shared.
    """

    text: str
    rest: tuple[str, ...]
    free: int = -1
    least: int = 0
    depth: int = DEPTH
