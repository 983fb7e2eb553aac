"""The products of many experts in one launch: each has rows of its own and a weight of its own.

Which tile a program computes stands in a table made by the host, so that a launch has exactly the tiles that
the experts' rows need, and neighbouring programs share rows or weights in the cache.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import triton
import triton.language as tl

GROUP = 8
"""Row tiles of an expert that are walked together."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How products are cut up; chosen by how many rows an expert has."""

    block_m: int
    block_n: int
    block_k: int
    warps: int
    stages: int

    @staticmethod
    def of(rows: Sequence[int]) -> "Tiling":
        """Takes small tiles for few rows an expert, so that little of a tile is empty."""
        busy = [count for count in rows if count] or [0]
        mean = sum(busy) / len(busy)
        if mean <= 24:
            return Tiling(16, 128, 128, 4, 4)
        if mean <= 96:
            return Tiling(64, 256, 64, 4, 4)
        return Tiling(128, 256, 64, 8, 4)


def tile_table(rows: Sequence[int], n: int, tiling: Tiling) -> np.ndarray:
    """Lists the tiles: expert, first row, end of the expert's rows, first column; int32, shape (tiles, 4)."""
    found, start = [], 0
    for expert, count in enumerate(rows):
        end = start + count
        tops = range(start, end, tiling.block_m)
        for group in range(0, len(tops), GROUP):
            for column in range(0, n, tiling.block_n):
                found += [(expert, top, end, column) for top in tops[group : group + GROUP]]
        start = end
    return np.array(found, dtype=np.int32).reshape(-1, 4)


@triton.jit
def grouped_kernel(
    x,
    w,
    out,
    table,
    n,
    k,
    BLOCK_M: tl.constexpr,
    BLOCK_N: tl.constexpr,
    BLOCK_K: tl.constexpr,
):
    """Computes one tile of the table; `w` holds the experts' weights one below the other, n rows each."""
    entry = table + tl.program_id(0) * 4
    expert = tl.load(entry)
    row = tl.load(entry + 1)
    end = tl.load(entry + 2)
    column = tl.load(entry + 3)
    sums = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for start in range(0, k, BLOCK_K):
        left = x.load([row, start])
        right = w.load([expert * n + column, start])
        sums = tl.dot(left, right.T, sums)
    rows = row + tl.arange(0, BLOCK_M)
    columns = column + tl.arange(0, BLOCK_N)
    inside = (rows < end)[:, None] & (columns < n)[None, :]
    tl.store(out + rows[:, None].to(tl.int64) * n + columns[None, :], sums, mask=inside)


@triton.jit
def gate_kernel(both, out, inner, BLOCK: tl.constexpr):
    """Applies SwiGLU to one row: silu of its first half times its second half."""
    row = tl.program_id(0).to(tl.int64)
    places = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = places < inner
    gate = tl.load(both + row * 2 * inner + places, mask=inside, other=0.0).to(tl.float32)
    up = tl.load(both + row * 2 * inner + inner + places, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + row * inner + places, gate * tl.sigmoid(gate) * up, mask=inside)
