"""The configurations of a tiled matrix product that a device is asked to try."""

from itertools import product
from typing import NamedTuple

from problems.kernel_choice.interface import Configuration

TILES = (
    (16, 64),
    (16, 128),
    (16, 256),
    (32, 64),
    (32, 128),
    (64, 64),
    (64, 128),
    (64, 256),
    (128, 64),
    (128, 128),
    (128, 256),
    (256, 64),
    (256, 128),
)
"""Rows and columns of an output tile."""


class Unit(NamedTuple):
    """What one multiprocessor has, of NVIDIA's compute capability 9.0 (the H100 and H200)."""

    shared_bytes: int = 232_448
    registers_a_thread: int = 255


HOPPER = Unit()


def configurations(unit: Unit = HOPPER) -> tuple[Configuration, ...]:
    """Lists the configurations whose stages and sums a multiprocessor can hold, in a fixed order."""
    every = (
        Configuration(m, n, k, warps, stages, split)
        for (m, n), k, warps, stages, split in product(TILES, (64, 128), (4, 8), (3, 4), (1, 2, 4, 8))
    )
    return tuple(c for c in every if _fits(c, unit))


def _fits(c: Configuration, unit: Unit) -> bool:
    staged = 2 * c.stages * c.block_k * (c.block_m + c.block_n)
    sums = c.block_m * c.block_n // (32 * c.warps)
    return staged <= unit.shared_bytes and sums < unit.registers_a_thread
