"""The generated splits: disjoint by seed, the same on every machine."""

from collections.abc import Callable

import numpy as np

from problems.base import Instance, Split, fingerprint
from problems.llm_sql.tables import Table, joins, logs, products, reviews

ROWS = 3000
SMOKE_ROWS = 150

SEED = 2403

Generator = Callable[[np.random.Generator, int, int], Table]

GENERATORS: tuple[tuple[Generator, tuple[int, int]], ...] = (
    (reviews, (150, 600)),
    (products, (250, 900)),
    (logs, (12, 40)),
    (joins, (150, 600)),
)
"""Each generator with its spreads, which take turns."""

COUNTS = {Split.SEARCH: (2, 1, 1, 2), Split.VALIDATION: (2, 2, 2, 2), Split.HOLDOUT: (2, 2, 2, 2)}
"""Tables of each generator; SMOKE has a single small one."""


def generate(split: Split) -> tuple[Instance, ...]:
    """Makes the instances of a generated split, each its own group and block."""
    if split is Split.SMOKE:
        return (instance("reviews-0", reviews(_stream(split, 0, 0), SMOKE_ROWS, 20)),)
    return tuple(
        instance(
            f"{generator.__name__}-{number}",
            generator(_stream(split, kind, number), ROWS, spreads[number % len(spreads)]),
        )
        for kind, (generator, spreads) in enumerate(GENERATORS)
        for number in range(COUNTS[split][kind])
    )


def instance(name: str, table: Table) -> Instance:
    """Wraps a table as a group and block of its own."""
    cells = "\x1e".join("\x1f".join(row) for row in table.rows)
    digest = fingerprint("\x1f".join(table.columns), cells, repr((table.merged, table.determines)))
    return Instance(name=name, group=name, block=name, digest=digest, data=table)


def _stream(split: Split, kind: int, number: int) -> np.random.Generator:
    # Every instance has seed words of its own, so that no two share a stream.
    words = (list(Split).index(split), kind, number)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED, spawn_key=words)))
