"""Column orders for prefix caching: in which order should each row of a table name its cells?

A policy is a module that imports what it needs from `interface` and defines

    def solve(task: Task) -> Answer:
        '''Returns, for every row of `task.rows`, an order of all columns.'''

The evaluator computes `hit_rate(task, answer)`, higher is better, by the function below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Row = tuple[str, ...]
"""Texts of a row's cells, one a column; a missing cell is the empty text."""

Order = tuple[int, ...]
"""Every column index exactly once, the column to be written first at the front."""


@dataclass(frozen=True, slots=True)
class Task:
    """A table, one prompt a row."""

    columns: tuple[str, ...]
    """Names; a column's index is its place here."""
    rows: tuple[Row, ...]
    merged: tuple[tuple[int, ...], ...]
    """Groups of columns that stand side by side, in the group's order, in every order. Mostly none."""
    determines: tuple[tuple[int, int], ...]
    """Pairs `(a, b)`: rows with the same cell in column `a` have the same cell in column `b`."""
    cpu_s: float
    """CPU seconds that one `solve` may take."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An order for every row, written so that orders which many rows share are told once."""

    orders: tuple[Order, ...]
    """At most one a row; those that no row takes are checked, too."""
    rows: tuple[int, ...]
    """For each row of the task, in its order, an index into `orders`."""


def answered(orders: Iterable[Sequence[int]]) -> Answer:
    """Packs one order a row into an answer."""
    places: dict[Order, int] = {}
    rows = [places.setdefault(tuple(order), len(places)) for order in orders]
    return Answer(orders=tuple(places), rows=tuple(rows))


def units(task: Task) -> tuple[tuple[int, ...], ...]:
    """Columns that move together: single ones in their order, then the merged groups."""
    joined = {column for group in task.merged for column in group}
    single = tuple((column,) for column in range(len(task.columns)) if column not in joined)
    return single + task.merged


def texts(rows: Sequence[Row], answer: Answer) -> list[str]:
    """Writes every row in its order: its cells joined without a separator."""
    orders = answer.orders
    return [
        "".join([row[column] for column in orders[index]])
        for row, index in zip(rows, answer.rows, strict=True)
    ]


def hits(written: Iterable[str]) -> int:
    """Characters that a cache of prefixes serves when these texts pass it one after the other.

    Of each text that is the longest prefix which some earlier text starts with, too. Misses are the nodes of
    the trie of all texts, so the sum is the same for any order of the texts. In sorted order the best
    earlier text is the one just before.
    """
    return sum(common_prefix(first, second) for first, second in pairwise(sorted(written)))


def common_prefix(first: str, second: str) -> int:
    """Length of the longest common prefix, in characters."""
    low, high = 0, min(len(first), len(second))
    if first[:high] == second[:high]:
        return high
    while low < high - 1:
        middle = (low + high) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle
    return low


def hit_rate(task: Task, answer: Answer) -> float:
    """Share of all characters that the cache serves; 0 for a table without characters."""
    written = texts(task.rows, answer)
    total = sum(map(len, written))
    return hits(written) / total if total else 0.0
