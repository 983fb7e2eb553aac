"""One matrix product, tiled as a configuration says: out = x w^T in bfloat16, summed in float32.

Operands come by tensor descriptors (the bulk copy engine of compute capability 9.0), tiles in groups of rows
so that neighbours share what is in the cache, after Triton's tutorial on matrix multiplication (Tillet 2019).
"""

import triton
import triton.language as tl

GROUP = 8
"""Rows of tiles that are walked together."""

SUMS_A_PROGRAM = 1024


@triton.jit(do_not_specialize=["m"])
def product_kernel(
    x,
    w,
    out,
    m,
    n,
    k,
    BLOCK_M: tl.constexpr,
    BLOCK_N: tl.constexpr,
    BLOCK_K: tl.constexpr,
    GROUP_M: tl.constexpr,
    SPLIT: tl.constexpr,
):
    """Computes one tile; with SPLIT only a part of its sums, into a float32 copy of that part's own."""
    tiles_m = tl.cdiv(m, BLOCK_M)
    tiles_n = tl.cdiv(n, BLOCK_N)
    tile = tl.program_id(0)
    part = tl.program_id(1)
    width = GROUP_M * tiles_n
    first = tile // width * GROUP_M
    height = min(tiles_m - first, GROUP_M)
    row = (first + tile % width % height) * BLOCK_M
    column = tile % width // height * BLOCK_N
    steps = tl.cdiv(k, BLOCK_K)
    share = tl.cdiv(steps, tl.num_programs(1))
    sums = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for step in range(part * share, min(part * share + share, steps)):
        left = x.load([row, step * BLOCK_K])
        right = w.load([column, step * BLOCK_K])
        sums = tl.dot(left, right.T, sums)
    rows = row + tl.arange(0, BLOCK_M)
    columns = column + tl.arange(0, BLOCK_N)
    inside = (rows < m)[:, None] & (columns < n)[None, :]
    places = rows[:, None].to(tl.int64) * n + columns[None, :]
    if SPLIT:
        out += part.to(tl.int64) * m * n
    tl.store(out + places, sums, mask=inside)


@triton.jit(do_not_specialize=["size", "parts"])
def sums_kernel(partial, out, size, parts, BLOCK: tl.constexpr):
    """Adds up the parts of a split product."""
    places = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = places < size
    total = tl.zeros((BLOCK,), dtype=tl.float32)
    at = partial + places
    for _ in range(parts):
        total += tl.load(at, mask=inside, other=0.0)
        at += size
    tl.store(out + places, total, mask=inside)
