"""Sets of jobs: drawn, or read from `toy/orders.csv`."""

from collections.abc import Iterator

import numpy as np

from problems.base import Instance, Split, fingerprint
from problems.datasets import DataFolder

from .interface import Job

SIZES = {Split.SMOKE: 1, Split.SEARCH: 6, Split.VALIDATION: 10, Split.HOLDOUT: 10}
"""Generated instances by split; each is a block of its own."""

FILE = "toy/orders.csv"
"""Lines `split,name,length weight due,length weight due,...`."""


def drawn(split: Split) -> Iterator[Instance]:
    """Draws a split's instances, the same on every machine."""
    for i in range(SIZES[split]):
        rng = np.random.default_rng([len(split), sum(split.encode()), i])
        rows = rng.integers([1, 1, 20], [30, 20, 400], size=(6 if split is Split.SMOKE else 24, 3))
        yield _instance(f"drawn-{i:02d}", tuple(Job(*map(int, row)) for row in rows))


def rushed() -> Iterator[Instance]:
    """Draws other sets of the size of VALIDATION, of jobs that are due after half the time."""
    for i in range(SIZES[Split.VALIDATION]):
        rows = np.random.default_rng([2**32, i]).integers([1, 1, 10], [30, 20, 200], size=(24, 3))
        yield _instance(f"rushed-{i:02d}", tuple(Job(*map(int, row)) for row in rows))


def read(split: Split, folder: DataFolder) -> Iterator[Instance]:
    """Reads a split's instances from the data folder."""
    for line in folder.file(FILE, source="nowhere, it is a toy").read_text(encoding="utf-8").splitlines():
        named, name, *rows = line.split(",")
        if named == split:
            yield _instance(name, tuple(Job(*map(int, row.split())) for row in rows))


def _instance(name: str, jobs: tuple[Job, ...]) -> Instance:
    return Instance(name, group=name, block=name, digest=fingerprint(np.array(jobs)), data=jobs)
