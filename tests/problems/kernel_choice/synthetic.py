"""A sweep table by formula: what tests of the problem use, so that they need no recorded one."""

from pathlib import Path

import numpy as np

from problems.kernel_choice.configurations import configurations
from problems.kernel_choice.interface import Configuration, Device, Shape, tiles
from problems.kernel_choice.shapes import swept
from problems.kernel_choice.table import Table, Timed

DEVICE = Device("a formula", 132, 232_448, 50 << 20, 3000.0, 790.0)


def table() -> Table:
    """Waves of tiles and bytes, with a tenth of seeded noise; the last configuration never runs."""
    rng = np.random.default_rng(7)
    every = configurations()
    return Table(
        DEVICE,
        {"gpu": DEVICE.name, "date": "none"},
        every,
        {shape: _timed(shape, every, rng.uniform(1.0, 1.1, len(every))) for shape in swept()},
    )


def written(folder: Path) -> Path:
    """Writes it where `ADRS_SWEEPS` may point."""
    table().write(folder / "formula.json")
    return folder


def _timed(shape: Shape, every: tuple[Configuration, ...], noise: np.ndarray) -> Timed:
    us = [_us(shape, c) * factor for c, factor in zip(every, noise.tolist(), strict=True)]
    return Timed((*us[:-1], None), cublas_us=min(us) * 0.95)


def _us(shape: Shape, c: Configuration) -> float:
    waves = -(-tiles(shape, c) // DEVICE.multiprocessors)
    operations = 2.0 * c.block_m * c.block_n * -(-shape.k // c.split_k)
    moved = 2.0 * (shape.m * shape.k + shape.n * shape.k) + 8.0 * (c.split_k - 1) * shape.m * shape.n
    return 4.0 + max(waves * operations * 132 / (DEVICE.tflops * 1e6), moved / (DEVICE.bandwidth_gb_s * 1e3))
