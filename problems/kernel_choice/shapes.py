"""The matrix products of language models: whose they are, how many rows they have, and in which split.

A layer computes x W^T: M rows of activations (a token each) times a weight of N x K. Weights are those of
open models, whole or as tensor parallelism of the degree given cuts them; no two splits share an (N, K).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from problems.base import Split
from problems.kernel_choice.interface import Shape


class Weight(NamedTuple):
    """A weight's size: N outputs of K inputs."""

    n: int
    k: int


@dataclass(frozen=True, slots=True)
class Regime:
    """How many tokens a step has, log-uniform from `least` to `most`, and how many steps are drawn."""

    least: int
    most: int
    steps: int


REGIMES: Mapping[str, Regime] = {"decode": Regime(1, 256, 2), "prefill": Regime(257, 2048, 1)}
"""Decoding has a token a request; prefill comes in chunks, as serving systems schedule it."""

_SEARCH = {
    "llama-3.1-8b": ((6144, 4096), (4096, 4096), (28672, 4096), (4096, 14336)),
    "qwen2.5-7b": ((4608, 3584), (3584, 3584), (37888, 3584), (3584, 18944)),
    "phi-3-mini": ((9216, 3072), (3072, 3072), (16384, 3072), (3072, 8192)),
    "qwen2.5-1.5b": ((2048, 1536), (1536, 1536), (17920, 1536), (1536, 8960)),
    "llama-3.1-70b-tp8": ((1280, 8192), (8192, 1024), (7168, 8192), (8192, 3584)),
    "gemma-2-2b": ((4096, 2304), (2304, 2048), (18432, 2304), (2304, 9216)),
}
_VALIDATION = {
    "qwen2.5-14b": ((7168, 5120), (5120, 5120), (27648, 5120), (5120, 13824)),
    "gemma-2-9b": ((3584, 4096), (28672, 3584), (3584, 14336)),
    "llama-3.2-1b": ((3072, 2048), (2048, 2048), (16384, 2048), (2048, 8192)),
    "qwen2.5-32b-tp4": ((1792, 5120), (5120, 1280), (13824, 5120), (5120, 6912)),
    "mistral-small-24b-tp2": ((3072, 5120), (5120, 2048), (32768, 5120), (5120, 16384)),
    "yi-6b-tp2": ((2560, 4096), (4096, 2048), (11008, 4096), (4096, 5504)),
    "phi-3-medium": ((7680, 5120), (35840, 5120), (5120, 17920)),
    "llama-3.1-70b-tp4": ((2560, 8192), (8192, 2048), (14336, 8192), (8192, 7168)),
}
_HOLDOUT = {
    "llama-3.2-3b-tp2": ((2560, 3072), (3072, 1536), (8192, 3072), (3072, 4096)),
    "qwen2.5-3b-tp2": ((1280, 2048), (2048, 1024), (11008, 2048), (2048, 5504)),
    "mixtral-8x22b-tp4": ((2048, 6144), (6144, 1536), (8192, 6144)),
    "deepseek-v3-tp8": ((2112, 7168), (3072, 1536), (7168, 2048), (4096, 7168)),
    "gemma-2-27b-tp2": ((4096, 4608), (4608, 2048), (36864, 4608), (4608, 18432)),
    "command-r-35b-tp2": ((12288, 8192), (8192, 4096), (22528, 8192), (8192, 11264)),
    "starcoder2-7b": ((5632, 4608), (4608, 4608), (18432, 4608)),
    "granite-3-8b-tp4": ((1536, 4096), (4096, 1024), (6400, 4096), (4096, 3200)),
}
_SMOKE = {"tiny": ((1024, 1024), (2816, 1024))}

MODELS: Mapping[Split, Mapping[str, tuple[Weight, ...]]] = {
    split: {name: tuple(Weight(*size) for size in sizes) for name, sizes in models.items()}
    for split, models in (
        (Split.SMOKE, _SMOKE),
        (Split.SEARCH, _SEARCH),
        (Split.VALIDATION, _VALIDATION),
        (Split.HOLDOUT, _HOLDOUT),
    )
}
"""Each model's products in one of its layers: queries, keys and values together, attention's output, both
halves of the gated layer together, and its output; without those that repeat one before."""

_SEED = 8128


@dataclass(frozen=True, slots=True)
class Mix:
    """The products of one model in one regime: what one instance asks about."""

    model: str
    regime: str
    shapes: tuple[Shape, ...]


def mixes(split: Split) -> tuple[Mix, ...]:
    """Draws a split's mixes, decode before prefill of each model; the same on every machine."""
    return tuple(
        Mix(
            model,
            regime,
            tuple(Shape(m, *weight) for m in _rows(split, number, regime) for weight in weights),
        )
        for number, (model, weights) in enumerate(MODELS[split].items())
        for regime in REGIMES
    )


def swept() -> Iterator[Shape]:
    """Yields every shape of every split once: what a sweep has to time."""
    found = {shape: None for split in MODELS for mix in mixes(split) for shape in mix.shapes}
    yield from found


def _rows(split: Split, number: int, regime: str) -> list[int]:
    """Draws the tokens of each step, ascending, no two alike."""
    drawn = REGIMES[regime]
    words = (list(Split).index(split), number, list(REGIMES).index(regime))
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(_SEED, spawn_key=words)))
    found: set[int] = set()
    while len(found) < drawn.steps:
        # Octaves and a place in one: whole numbers only, so that every machine draws the same.
        octave = int(rng.integers(drawn.least.bit_length(), drawn.most.bit_length()))
        low = max(1 << (octave - 1), drawn.least)
        found.add(int(rng.integers(low, min(2 * low, drawn.most + 1))))
    return sorted(found)
