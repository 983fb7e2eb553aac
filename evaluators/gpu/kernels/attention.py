"""Causal attention of prompts whose beginnings are in the cache: queries of the rest only, keys of all.

After Dao 2022, FlashAttention, https://arxiv.org/abs/2205.14135 (algorithm 1, forward), with several prompts
in one launch and several query heads a key head.
"""

import triton
import triton.language as tl


@triton.jit
def folded(value, scores, top, total, sums):
    """Takes another block of keys into the running softmax; returns its maxima, totals and weighted sums."""
    higher = tl.maximum(top, tl.max(scores, 1))
    weights = tl.exp(scores - higher[:, None])
    fade = tl.exp(top - higher)
    sums = sums * fade[:, None] + tl.dot(weights.to(value.dtype), value)
    return higher, total * fade + tl.sum(weights, 1), sums


@triton.jit
def attention_kernel(
    q,
    k,
    v,
    out,
    blocks,
    scale,
    HEADS: tl.constexpr,
    KEY_HEADS: tl.constexpr,
    SIZE: tl.constexpr,
    BLOCK_Q: tl.constexpr,
    BLOCK_K: tl.constexpr,
):
    """Computes a block of one prompt's queries for one head; `blocks` is of `decoder.query_blocks`."""
    entry, head = blocks + tl.program_id(0) * 5, tl.program_id(1)
    first = tl.load(entry)
    end = tl.load(entry + 1)
    keys = tl.load(entry + 2)
    cached = tl.load(entry + 3)
    place = tl.load(entry + 4)
    rows, columns = first + tl.arange(0, BLOCK_Q), tl.arange(0, SIZE)
    inside = rows < end
    at = rows[:, None].to(tl.int64) * HEADS * SIZE + head * SIZE + columns[None, :]
    query = tl.load(q + at, mask=inside[:, None], other=0.0)
    seen = cached + place + tl.arange(0, BLOCK_Q)
    last = min(cached + place + BLOCK_Q, cached + place + end - first)
    top = tl.full((BLOCK_Q,), -1.0e30, dtype=tl.float32)
    total = tl.zeros((BLOCK_Q,), dtype=tl.float32)
    sums = tl.zeros((BLOCK_Q, SIZE), dtype=tl.float32)
    key_head = head // (HEADS // KEY_HEADS)
    for start in range(0, last, BLOCK_K):
        steps = start + tl.arange(0, BLOCK_K)
        there = steps < last
        places = (keys + steps)[:, None].to(tl.int64) * KEY_HEADS * SIZE + key_head * SIZE + columns[None, :]
        key = tl.load(k + places, mask=there[:, None], other=0.0)
        scores = tl.dot(query, key.T) * scale
        scores = tl.where((steps[None, :] <= seen[:, None]) & there[None, :], scores, -1.0e30)
        value = tl.load(v + places, mask=there[:, None], other=0.0)
        top, total, sums = folded(value, scores, top, total, sums)
    tl.store(out + at, sums / total[:, None], mask=inside[:, None])
