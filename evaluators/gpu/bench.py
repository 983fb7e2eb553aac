"""What this device does at best, and how near our kernels come to the vendor's."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from evaluators.gpu.device import Gpu, Watch
from evaluators.gpu.experts import SHAPES, Experts
from evaluators.gpu.products import Product
from evaluators.gpu.stopwatch import Stopwatch, Work, timed
from evaluators.timing import Middle
from problems.kernel_choice.interface import Shape

ROUNDS: Final = 15
_COPIED: Final = 2 << 30
_LARGE: Final = Shape(8192, 8192, 8192)
_REHEARSED: Final = Shape(64, 64, 64)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was timed, in two passes some seconds apart.

    Attributes:
        figure: What the median amounts to, in words.
        first: Median with its interval, in seconds; `second` likewise.
    """

    name: str
    figure: str
    first: Middle
    second: Middle

    @property
    def drift(self) -> float:
        """How far apart the two passes' medians are, as a share of the first."""
        return abs(self.second.median / self.first.median - 1.0)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Our kernels' time beside the vendor's on the same work.

    Attributes:
        ratio: Ours over theirs, of each round; lower is better.
    """

    name: str
    ours_s: float
    theirs_s: float
    ratio: Middle


@dataclass(frozen=True, slots=True)
class Bench:
    """All of it."""

    rows: tuple[Row, ...]
    ratios: tuple[Ratio, ...]


def bench(gpu: Gpu, watch: Stopwatch, rng: np.random.Generator) -> Bench:
    """Times copying, a large product, and experts of DeepSeek-V3 with 4,096 and 32,768 tokens on one GPU.

    Raises:
        DeviceBusy: Another process came meanwhile.
    """
    guard = Watch(gpu)
    works, figures = _rates(gpu)
    passes = [timed(watch, works, rounds=ROUNDS, rng=rng) for _ in range(2)]
    rows = tuple(
        Row(first.name, figure(first.median_s), first.middle, second.middle)
        for figure, first, second in zip(figures, *passes, strict=True)
    )
    ratios = tuple(_grouped(gpu, watch, tokens, rng) for tokens in (4096, 32_768))
    guard.look()
    return Bench(rows, ratios)


def _rates(gpu: Gpu) -> tuple[list[Work], list[Callable[[float], str]]]:
    import torch

    shape, copied = (_LARGE, _COPIED) if gpu.is_evidence else (_REHEARSED, 1 << 20)
    source = torch.empty(copied, dtype=torch.int8, device=gpu.kind)
    target = torch.empty_like(source)
    product = Product(shape, gpu.kind)
    tokens = _even(4096 if gpu.is_evidence else 16)
    experts = Experts(
        SHAPES["deepseek-v3" if gpu.is_evidence else "tiny"], len(tokens), sum(tokens), gpu.kind
    )
    flops = 2.0 * shape.m * shape.n * shape.k
    works = [
        Work(f"copy {copied >> 20} MiB", lambda: target.copy_(source)),
        product.library(),
        experts.work(f"experts, {sum(tokens)} tokens", tokens),
    ]
    figures = [
        lambda s: f"{2 * copied / s / 1e9:,.0f} GB/s, read and written",
        lambda s: f"{flops / s / 1e12:,.1f} TFLOP/s, bfloat16",
        lambda s: f"{experts.shape.flops(sum(tokens)) / s / 1e12:,.1f} TFLOP/s, bfloat16",
    ]
    return works, figures


def _grouped(gpu: Gpu, watch: Stopwatch, tokens: int, rng: np.random.Generator) -> Ratio:
    """Our grouped products with the gate between them, beside the sum of the vendor's, each timed alone."""
    counts = _even(tokens if gpu.is_evidence else 16)
    experts = Experts(
        SHAPES["deepseek-v3" if gpu.is_evidence else "tiny"], len(counts), sum(counts), gpu.kind
    )
    ours = experts.work("grouped", counts)
    mine, *theirs = timed(watch, [ours, *experts.products(counts)], rounds=ROUNDS, rng=rng)
    sums = [sum(seconds) for seconds in zip(*(timing.seconds for timing in theirs), strict=True)]
    ratio = Middle.of([a / b for a, b in zip(mine.seconds, sums, strict=True)])
    return Ratio(f"experts, {sum(counts)} tokens", mine.median_s, median(sums), ratio)


def _even(tokens: int) -> list[int]:
    """As evenly over nine experts as whole tokens go: the slots of a GPU in the published problem."""
    return [tokens // 9 + (i < tokens % 9) for i in range(9)]
