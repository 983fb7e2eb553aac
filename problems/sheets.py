"""Rows of a user's file, and what is said of one that means nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple


class Line(NamedTuple):
    """A row of a user's file: the number of its line, and its values in the order of `FileForm.columns`."""

    number: int
    values: tuple[Any, ...]


class Sheet(NamedTuple):
    """A user's file, every value of the kind that its column has."""

    header: tuple[str, ...]
    lines: Sequence[Line]


class BadLine(Exception):  # noqa: N818 - reads as what happened
    """A line of a user's file that means nothing to the problem."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a user's file.

    Attributes:
        kind: `str`, `int`, `float`, or `bool`, which is written 0 or 1.
        unit: Of its numbers; empty for none.
        least: No number is below it.
        most: No number is above it.
    """

    name: str
    kind: type
    meaning: str
    unit: str = ""
    least: float = 0.0
    most: float = 1e12


def grouped(lines: Sequence[Line], place: int, what: str) -> Iterator[tuple[str, list[Line]]]:
    """Yields lines that have the same value at a place, with it.

    Args:
        what: They are the rows of, for the message.

    Raises:
        BadLine: A value comes back after another.
    """
    seen: set[str] = set()
    for value, members in groupby(lines, key=lambda line: line.values[place]):
        found = list(members)
        if value in seen:
            raise BadLine(
                found[0].number, f"{what} {value!a:.40} began before; expected its rows to stand together"
            )
        seen.add(value)
        yield value, found
