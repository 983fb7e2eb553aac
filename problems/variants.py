"""Perturbed workloads by name: `generated~NAME` is VALIDATION with something shifted, as a problem declares.

`generated~NAME~K` draws the same perturbation once more, for K from 1 on. A variant's seed words are those of
no generated split: they begin with a word above any number of a split.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from zlib import crc32

import numpy as np

PREFIX = "generated~"

_NAMED = re.compile(PREFIX + r"([a-z][a-z0-9.-]*)(?:~([1-9][0-9]{0,5}))?")


@dataclass(frozen=True, slots=True)
class Variant:
    """One draw of a perturbation.

    Attributes:
        name: As the problem declares it.
        draw: 0 is the one that is called by its name alone.
    """

    name: str
    draw: int = 0

    @staticmethod
    def of(workload: str, known: Collection[str]) -> "Variant | None":
        """Reads the name of a workload; None if it is not that of a variant of a known perturbation."""
        found = _NAMED.fullmatch(workload)
        return Variant(found[1], int(found[2] or 0)) if found and found[1] in known else None

    @property
    def key(self) -> tuple[int, int]:
        """Seed words before those of an instance, by which it is apart from all else."""
        return (1 << 31 | crc32(self.name.encode()), self.draw)

    def stream(self, seed: int, *words: int) -> np.random.Generator:
        """Makes the generator of a block or an instance from the problem's seed."""
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(*self.key, *words)))
        )
