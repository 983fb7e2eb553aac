"""What is shifted in VALIDATION to see whether a policy still leads: seeds, sizes, and damaged cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from problems.base import Instance
from problems.llm_sql.instances import GENERATORS, ROWS, SEED, instance
from problems.llm_sql.interface import Row
from problems.llm_sql.tables import Table
from problems.variants import Variant

PERTURBATIONS: Mapping[str, str] = {
    "seeds": "Nothing but the seeds: other tables of the same generators.",
    "rows-x0.5": "Half as many rows: 1,500.",
    "rows-x2": "Twice as many rows: 6,000.",
    "corrupted-cells": "A letter of one cell in 50 is wrong; dependencies that no longer hold are not told.",
}

_EACH = 2
"""Tables of each generator."""

_ONE_IN = 50
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class _Shift:
    rows: int = ROWS
    corrupted: bool = False


_SHIFTS: Mapping[str, _Shift] = {
    "seeds": _Shift(),
    "rows-x0.5": _Shift(rows=ROWS // 2),
    "rows-x2": _Shift(rows=2 * ROWS),
    "corrupted-cells": _Shift(corrupted=True),
}


def perturbed(variant: Variant) -> tuple[Instance, ...]:
    """Makes the tables of a variant, each its own group and block; their bounds are not filled in."""
    shift, found = _SHIFTS[variant.name], []
    for kind, (generator, spreads) in enumerate(GENERATORS):
        for number in range(_EACH):
            rng = variant.stream(SEED, kind, number)
            table = generator(rng, shift.rows, spreads[number % len(spreads)])
            name = f"{generator.__name__}-{number}"
            found.append(instance(name, corrupted(rng, table) if shift.corrupted else table))
    return tuple(found)


def corrupted(rng: np.random.Generator, table: Table) -> Table:
    """Writes a drawn letter over another in some cells, and tells only of dependencies that still hold."""
    shape = (len(table.rows), len(table.columns))
    hit = (rng.integers(_ONE_IN, size=shape) == 0).tolist()
    places, letters = rng.integers(1 << 16, size=shape).tolist(), rng.integers(26, size=shape).tolist()
    rows = tuple(
        tuple(_damaged(*cell) if cell[1] else cell[0] for cell in zip(*columns, strict=True))
        for columns in zip(table.rows, hit, places, letters, strict=True)
    )
    pairs = tuple(pair for pair in table.determines if _determines(rows, *pair))
    return replace(table, rows=rows, determines=pairs)


def _damaged(text: str, _hit: bool, place: int, letter: int) -> str:
    if not text:
        return text
    place %= len(text)
    return f"{text[:place]}{_LETTERS[letter]}{text[place + 1 :]}"


def _determines(rows: Sequence[Row], first: int, second: int) -> bool:
    """Whether equal cells of one column come with equal cells of the other."""
    return len({row[first] for row in rows}) == len({(row[first], row[second]) for row in rows})
