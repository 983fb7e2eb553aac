"""The places where two sources differ, and a source with one of them undone."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

_Place = tuple[int, int, int, int]
"""Lines of the older source from, to; of the newer from, to."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """One place where a source differs from an older one.

    Attributes:
        at: Number of its first line in the newer source, from 1; of the line behind it, if it has none there.
        old: Lines of the older source with their ends.
        new: Lines that stand there instead.
    """

    at: int
    old: tuple[str, ...]
    new: tuple[str, ...]

    def undone(self, newer: str) -> str:
        """The newer source with the older lines in this place."""
        lines, start = newer.splitlines(keepends=True), self.at - 1
        return "".join([*lines[:start], *self.old, *lines[start + len(self.new) :]])

    def __str__(self) -> str:
        """The lines as in a diff."""
        signed = [f"-{line}" for line in self.old] + [f"+{line}" for line in self.new]
        return "\n".join(line.rstrip("\r\n") for line in signed)


def hunks(older: str, newer: str, *, most: int) -> tuple[Hunk, ...]:
    """Finds where two sources differ, in order of lines.

    Places with nothing but blank lines between them are one. Beyond `most`, those nearest to each other are
    taken together.
    """
    old, new = older.splitlines(keepends=True), newer.splitlines(keepends=True)
    codes = SequenceMatcher(None, old, new).get_opcodes()
    places: list[_Place] = []
    for tag, a, b, c, d in codes:
        if tag == "equal":
            continue
        if places and not "".join(new[places[-1][3] : c]).strip():
            places[-1] = _together(places[-1], (a, b, c, d))
        else:
            places.append((a, b, c, d))
    while len(places) > most:
        gaps = [after[2] - before[3] for before, after in pairwise(places)]
        i = gaps.index(min(gaps))
        places[i : i + 2] = [_together(places[i], places[i + 1])]
    return tuple(Hunk(c + 1, tuple(old[a:b]), tuple(new[c:d])) for a, b, c, d in places)


def _together(before: _Place, after: _Place) -> _Place:
    return before[0], after[1], before[2], after[3]
