"""One layer of a decoder at the sizes of Llama-3-8B, for prompts whose beginnings are in the cache."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from evaluators.gpu.stopwatch import Work


@dataclass(frozen=True, slots=True)
class DecoderShape:
    """Sizes of one layer, in bfloat16."""

    hidden: int
    heads: int
    key_heads: int
    size: int
    inner: int
    layers: int

    @property
    def joined(self) -> int:
        """Outputs of the product that makes queries, keys and values together."""
        return (self.heads + 2 * self.key_heads) * self.size


LLAMA_3_8B: Final = DecoderShape(4096, 32, 8, 128, 14336, 32)
"""Grattafiori 2024, https://arxiv.org/abs/2407.21783, table 3."""

TINY: Final = DecoderShape(64, 4, 2, 16, 128, 2)

_BLOCK_Q: Final = 64
_BLOCK_K: Final = 64


class Prompt(NamedTuple):
    """Tokens of a prompt: those in the cache, and those to be computed, at least one."""

    cached: int
    new: int


class DecoderLayer:
    """A layer with room for `tokens` new tokens and `keys` cached and new ones in a batch.

    Takes the device's kind; on `cpu` all is torch's.
    """

    def __init__(self, shape: DecoderShape, tokens: int, keys: int, kind: str) -> None:
        import torch

        self.shape, self.tokens, self.keys, self._kind = shape, tokens, keys, kind

        def drawn(*sizes: int) -> Any:
            return torch.randn(*sizes, dtype=torch.bfloat16, device=kind)

        s = shape
        self.join = drawn(s.joined, s.hidden).mul_(s.hidden**-0.5)
        self.project = drawn(s.hidden, s.heads * s.size).mul_(s.hidden**-0.5)
        self.up = drawn(2 * s.inner, s.hidden).mul_(s.hidden**-0.5)
        self.down = drawn(s.hidden, s.inner).mul_(s.inner**-0.5)
        self.x, self.joined = drawn(tokens, s.hidden), drawn(tokens, s.joined)
        self.k, self.v = drawn(keys, s.key_heads, s.size), drawn(keys, s.key_heads, s.size)
        self.q, self.seen = drawn(tokens, s.heads, s.size), drawn(tokens, s.heads * s.size)
        self.both, self.gated, self.out = (
            drawn(tokens, 2 * s.inner),
            drawn(tokens, s.inner),
            drawn(tokens, s.hidden),
        )

    @staticmethod
    def bytes_needed(shape: DecoderShape, tokens: int, keys: int) -> int:
        """Device memory that weights, activations and keys take."""
        s = shape
        weights = s.hidden * (s.joined + s.heads * s.size + 3 * s.inner)
        activations = tokens * (2 * s.hidden + s.joined + 2 * s.heads * s.size + 3 * s.inner)
        return 2 * (weights + activations + 2 * keys * s.key_heads * s.size)

    def work(self, name: str, prompts: Sequence[Prompt]) -> Work:
        """The layer for one batch."""
        total = sum(prompt.new for prompt in prompts)
        if total > self.tokens or total + sum(prompt.cached for prompt in prompts) > self.keys:
            raise ValueError(f"a batch of {total} new tokens is larger than this layer")
        if self._kind != "cuda":
            return Work(name, lambda: self._plain(prompts, total), lambda: self._refresh(total))
        from evaluators.gpu.graphs import Recorded

        return Work(name, Recorded(self._launches(prompts, total)), lambda: self._refresh(total))

    def _refresh(self, total: int) -> None:
        self.x[:total].normal_()

    def _launches(self, prompts: Sequence[Prompt], total: int) -> Any:
        import torch

        from evaluators.gpu.kernels.attention import attention_kernel
        from evaluators.gpu.kernels.grouped import gate_kernel

        s = self.shape
        blocks = torch.from_numpy(query_blocks(prompts, _BLOCK_Q)).to(self._kind)
        rows = slice(0, total)

        def run() -> Any:
            torch.mm(self.x[rows], self.join.T, out=self.joined[rows])
            attention_kernel[(len(blocks), s.heads)](
                self.q, self.k, self.v, self.seen, blocks, s.size**-0.5,
                s.heads, s.key_heads, s.size, _BLOCK_Q, _BLOCK_K, num_warps=4, num_stages=2,
            )  # fmt: skip
            torch.mm(self.seen[rows], self.project.T, out=self.out[rows])
            torch.mm(self.out[rows], self.up.T, out=self.both[rows])
            gate_kernel[(total, -(-s.inner // 1024))](self.both, self.gated, s.inner, 1024)
            return torch.mm(self.gated[rows], self.down.T, out=self.out[rows])

        return run

    def _plain(self, prompts: Sequence[Prompt], total: int) -> Any:
        """The same by torch's own operations, a prompt at a time."""
        import torch

        s, rows = self.shape, slice(0, total)
        torch.mm(self.x[rows], self.join.T, out=self.joined[rows])
        self.seen[rows] = self.exact_attention(prompts).to(self.seen.dtype)
        both = (self.seen[rows] @ self.project.T) @ self.up.T
        return (torch.nn.functional.silu(both[:, : s.inner]) * both[:, s.inner :]) @ self.down.T

    def exact_attention(self, prompts: Sequence[Prompt]) -> Any:
        """Attention in float64, a prompt at a time, shape (new tokens, heads x size); for small shapes."""
        import torch

        s, found, first, keys = self.shape, [], 0, 0
        for cached, new in prompts:
            seen = slice(keys, keys + cached + new)
            k, v = (
                kept[seen].double().repeat_interleave(s.heads // s.key_heads, 1) for kept in (self.k, self.v)
            )
            scores = torch.einsum("qhd,khd->hqk", self.q[first : first + new].double(), k) * s.size**-0.5
            places = torch.arange(cached + new, device=k.device)
            later = places[None, :] > places[cached:][:, None]
            weights = scores.masked_fill(later, float("-inf")).softmax(-1)
            found.append(torch.einsum("hqk,khd->qhd", weights, v).reshape(new, -1))
            first, keys = first + new, keys + cached + new
        return torch.cat(found)


def query_blocks(prompts: Sequence[Prompt], size: int) -> np.ndarray:
    """Cuts prompts' new tokens into blocks, int32, shape (blocks, 5).

    Each row: first query, end of the prompt's queries, first key, cached keys, and the place of the first
    query within the prompt's own.
    """
    found, first, keys = [], 0, 0
    for cached, new in prompts:
        found += [(first + at, first + new, keys, cached, at) for at in range(0, new, size)]
        first, keys = first + new, keys + cached + new
    return np.array(found, dtype=np.int32)
