"""A hit rate that no answer passes: what each row can share with the one other row that suits it best.

A row hits with a prefix of one other row's text. As long as both texts go cell by cell, it shares a set of
cells with that row and then, of one cell more, the beginning. Sets are found by hashing, for all rows and
subsets at once; beginnings by sorting the cells of the rows that share a set. What follows where cells of
unequal length lie over each other is bounded by `misfit`. A hash that collides can only raise the bound.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from problems.base import Instance
from problems.bounds import Bounds
from problems.llm_sql.interface import Row, common_prefix
from problems.llm_sql.misfit import Texts
from problems.llm_sql.tables import Table

Ints = npt.NDArray[np.int64]


def bounded(instances: Sequence[Instance]) -> tuple[Instance, ...]:
    """Fills in the bounds: shipped for tables we know, computed (seconds each) for others."""
    bounds = Bounds.beside(__file__)
    found = bounds.find({i.digest: i.data for i in instances}, _computed, plausible=_plausible)
    return tuple(replace(i, data=replace(i.data, upper_bound=found[i.digest])) for i in instances)


def prove(instances: Sequence[Instance]) -> dict[str, float]:
    """Computes the bounds of instances anew, by digest."""
    return _computed({i.digest: i.data for i in instances})


def _computed(wanted: Mapping[str, Table]) -> dict[str, float]:
    return {digest: highest_rate(table) for digest, table in wanted.items()}


def _plausible(_: Table, bound: float) -> bool:
    return 0.0 <= bound <= 1.0


def highest_rate(table: Table) -> float:
    """Computes the bound of a table's hit rate."""
    cells = _cells(table)
    total = sum(len(cell) for row in cells for cell in row)
    if not total:
        return 0.0
    shares = _in_step(cells)
    aside = shares.sets + _out_of_step(cells)
    lengths = np.array([sum(map(len, row)) for row in cells], dtype=np.int64)
    best = np.minimum(lengths, np.maximum(shares.beginnings, aside.max(axis=1)))
    # The first row with any characters hits nothing.
    return int(best.sum() - best[lengths > 0].min()) / total


def _cells(table: Table) -> list[Row]:
    """Texts of what moves together: single columns and merged groups."""
    joined = {column for group in table.merged for column in group}
    groups = [(c,) for c in range(len(table.columns)) if c not in joined] + list(table.merged)
    return [tuple("".join([row[c] for c in group]) for group in groups) for row in table.rows]


@dataclass(frozen=True, slots=True)
class Shares:
    """Characters that a row can share with another one in step.

    Attributes:
        sets: In whole cells without the one of each unit, shape `(n_rows, n_units)`.
        beginnings: In whole cells and the beginning of one more, shape `(n_rows,)`.
    """

    sets: Ints
    beginnings: Ints


def _in_step(cells: Sequence[Row]) -> Shares:
    width = len(cells[0])
    bits = (np.arange(1 << width)[:, None] >> np.arange(width)) & 1
    groups = _groups(cells, bits)
    lengths = np.array([list(map(len, row)) for row in cells], dtype=np.int64)
    shared = np.where(groups >= 0, lengths @ bits.T, -1)
    sets = np.stack([shared[:, bits[:, unit] == 0].max(axis=1) for unit in range(width)], axis=1)
    beginnings = shared.max(axis=1)
    columns = list(zip(*cells, strict=True))
    alike = {(u, v): _alike(columns[u], columns[v]) for u in range(width) for v in range(width)}
    rows, masks = np.nonzero(groups >= 0)
    hoped = shared[rows, masks] + np.max(list(alike.values()), axis=0)[rows] > beginnings[rows]
    rows, masks = np.nonzero(_within(groups, groups[rows, masks][hoped]))
    members, worth = groups[rows, masks], shared[rows, masks]
    # Cells of the same unit mostly begin alike, so that little is left to be gained by the other pairs.
    for unit, other in sorted(alike, key=lambda pair: pair[0] != pair[1]):
        hoped = worth + alike[unit, other][rows] > beginnings[rows]
        asked = np.flatnonzero(hoped & (bits[masks, unit] == 0))
        faced = np.flatnonzero(_within(members, members[asked]) & (bits[masks, other] == 0))
        ahead = _ahead(
            (columns[unit], rows[asked], members[asked]), (columns[other], rows[faced], members[faced])
        )
        np.maximum.at(beginnings, rows[asked], worth[asked] + ahead)
    return Shares(sets, beginnings)


def _within(groups: Ints, chosen: Ints) -> npt.NDArray[np.bool_]:
    """Which entries are of one of the chosen groups; -1 is none."""
    table = np.zeros(int(groups.max(initial=0)) + 2, dtype=np.bool_)
    table[chosen] = True
    found: npt.NDArray[np.bool_] = table[groups]
    return found


def _groups(cells: Sequence[Row], bits: Ints) -> Ints:
    """Numbers, for every row and subset of its cells, the texts in it; -1 where no other row has them.

    Texts are compared as a multiset, wherever they stand. Shape `(n_rows, n_subsets)`.
    """
    numbers = {text: k for k, text in enumerate(sorted({cell for row in cells for cell in row}))}
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(0)))
    codes = rng.integers(1 << 63, size=len(numbers), dtype=np.uint64)
    if "" in numbers:
        codes[numbers[""]] = 0
    hashed = codes[np.array([[numbers[cell] for cell in row] for row in cells])]
    sums = hashed @ bits.T.astype(np.uint64)
    _, group = np.unique(sums, return_inverse=True)
    group = group.reshape(sums.shape).astype(np.int64)
    # One row can have the same texts in several subsets: it is counted once.
    members = np.unique(group * len(cells) + np.arange(len(cells))[:, None]) // len(cells)
    lonely = np.bincount(members) < 2
    found: Ints = np.where(lonely[group], -1, group)
    return found


Entries = tuple[Sequence[str], Ints, Ints]
"""Texts of a column, then for every entry its row and its group."""


def _ahead(entries: Entries, facing: Entries) -> Ints:
    """Longest beginning that each entry's text shares with a different one that faces it in its group."""
    column, rows, groups = entries
    ranked = sorted({*column, *facing[0]})
    ranks, size = {text: k for k, text in enumerate(ranked)}, len(ranked)
    keys = groups * size + np.array([ranks[text] for text in column])[rows]
    wanted, inverse = np.unique(keys, return_inverse=True)
    found = np.unique(facing[2] * size + np.array([ranks[text] for text in facing[0]])[facing[1]])
    neighbours = _neighbours(ranked)
    longest = np.zeros(len(wanted), dtype=np.int64)
    below = np.searchsorted(found, wanted, side="left") - 1
    for places in (below, np.searchsorted(found, wanted, side="right")):
        inside = np.flatnonzero((places >= 0) & (places < len(found)))
        inside = inside[found[places[inside]] // size == wanted[inside] // size]
        ends = np.stack([found[places[inside]] % size, wanted[inside] % size])
        shared = _least(neighbours, ends.min(axis=0), ends.max(axis=0))
        longest[inside] = np.maximum(longest[inside], shared)
    chosen: Ints = longest[inverse.reshape(-1)]
    return chosen


def _neighbours(ranked: Sequence[str]) -> Ints:
    """Lengths of the prefixes that each text of a sorted list shares with the next one."""
    return np.array([common_prefix(a, b) for a, b in pairwise(ranked)], dtype=np.int64)


def _least(values: Ints, starts: Ints, ends: Ints) -> Ints:
    """Minimum of `values[start:end]` for many non-empty ranges, by tables of powers of two."""
    levels = [values]
    while 2 << (len(levels) - 1) <= len(values):
        half = 1 << (len(levels) - 1)
        levels.append(np.minimum(levels[-1][:-half], levels[-1][half:]))
    power = np.array([n.bit_length() - 1 for n in (ends - starts).tolist()], dtype=np.int64)
    least = np.zeros(len(starts), dtype=np.int64)
    for level, table in enumerate(levels):
        of = np.flatnonzero(power == level)
        least[of] = np.minimum(table[starts[of]], table[ends[of] - (1 << level)])
    return least


def _alike(column: Sequence[str], facing: Sequence[str]) -> Ints:
    """Longest beginning that each row's text shares with a different text of another column."""
    others, known = sorted(set(facing)), dict[str, int]()
    for text in set(column):
        around = others[max(bisect_left(others, text) - 1, 0) : bisect_right(others, text) + 1]
        known[text] = max((common_prefix(text, other) for other in around if other != text), default=0)
    return np.array([known[text] for text in column], dtype=np.int64)


def _out_of_step(cells: Sequence[Row]) -> Ints:
    """Characters that a row may share after the cells in step, by the unit at which it goes out of step.

    Where it cannot, they are 0. Shape `(n_rows, n_units)`.
    """
    texts = Texts.of(cells)
    return np.array([texts.aside(row) for row in cells], dtype=np.int64)
