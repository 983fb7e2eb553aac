"""Generated fleets: five kinds of models to be placed, the same on every machine.

Only integers are drawn and weighed, so no rounding of a platform can change an instance. A draw that
`Johnson 1974 <https://doi.org/10.1137/0203025>`_'s best fit, largest first, can't place with a GB to spare on
every GPU is drawn again: so every instance has a placement, and a policy can always find one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from problems.base import Instance, Split, fingerprint
from problems.prism.bound import GPU_MEMORY_GB, optima
from problems.prism.interface import Model

COUNTS = {Split.SEARCH: 6, Split.VALIDATION: 12, Split.HOLDOUT: 12}
"""Instances of each generator; SMOKE has a single small one."""

SMOKE_GPUS = 3

SEED = 2505

ZOO_GB = (2, 3, 6, 8, 14, 16, 18, 26, 28, 54)
"""Weights of open models of 1 to 27 billion parameters, at two bytes a parameter."""


@dataclass(frozen=True, slots=True)
class Case:
    """GPUs, what is to be placed on them, and the least pressure that any placement reaches.

    Attributes:
        shown: The models as the policy sees them, where that is not as they are.
    """

    gpu_count: int
    models: tuple[Model, ...]
    optimum: float
    shown: tuple[Model, ...] | None = None


Draft = tuple[int, tuple[Model, ...]]
"""Number of GPUs and models: an instance whose optimum is not known yet."""


def published_law(rng: np.random.Generator) -> Draft:
    """5-9 GPUs, two models each: 10-29 GB, 1-9 requests a second, latencies of 5-9, all uniform.

    The law of the published cases.
    """
    gpu_count = int(rng.integers(5, 10))
    return gpu_count, _models(rng, rng.integers(10, 30, size=2 * gpu_count))


def zoo(rng: np.random.Generator) -> Draft:
    """4-6 GPUs, three models each, of sizes that open models have: a few are large, many small."""
    gpu_count = int(rng.integers(4, 7))
    return gpu_count, _models(rng, rng.choice(ZOO_GB, size=3 * gpu_count))


def skewed(rng: np.random.Generator) -> Draft:
    """4-6 GPUs, three models of 5-24 GB each, whose popularity falls with rank k as 60 / (k + 2).

    Shifted Zipf, so that one model alone does not decide the value; that few models get most requests is what
    `Yu 2025 <https://arxiv.org/abs/2505.04021>`_ (Prism) finds in four production traces.
    """
    gpu_count = int(rng.integers(4, 7))
    count = 3 * gpu_count
    rates = 60 // (3 + rng.permutation(count))
    return gpu_count, _models(rng, rng.integers(5, 25, size=count), rates)


def tight(rng: np.random.Generator) -> Draft:
    """4-6 GPUs whose memory is all but used: some placement leaves 3 to 8 GB on each.

    Each GPU's memory, less what is to be left, is cut into three models at two uniform places, each of at
    least 4 GB; then the models are shuffled.
    """
    gpu_count = int(rng.integers(4, 7))
    sizes = [size for _ in range(gpu_count) for size in _cut(rng, GPU_MEMORY_GB - int(rng.integers(3, 9)))]
    return gpu_count, _models(rng, rng.permutation(sizes))


def large(rng: np.random.Generator) -> Draft:
    """8-10 GPUs, three models of 5-24 GB each: too many to try all placements in the time a policy has."""
    gpu_count = int(rng.integers(8, 11))
    return gpu_count, _models(rng, rng.integers(5, 25, size=3 * gpu_count))


Generator = Callable[[np.random.Generator], Draft]

GENERATORS: tuple[Generator, ...] = (published_law, zoo, skewed, tight, large)


def generate(split: Split) -> tuple[Instance, ...]:
    """Makes the instances of a generated split, each its own group and block."""
    if split is Split.SMOKE:
        rng = _stream(split, 0, 0)
        return instances({"small-0": (SMOKE_GPUS, _models(rng, rng.integers(5, 25, size=3 * SMOKE_GPUS)))})
    return instances(
        {
            f"{generator.__name__}-{number}": placeable(generator, _stream(split, kind, number))
            for kind, generator in enumerate(GENERATORS)
            for number in range(COUNTS[split])
        }
    )


def instances(
    drafts: Mapping[str, Draft], shown: Mapping[str, tuple[Model, ...]] | None = None
) -> tuple[Instance, ...]:
    """Finds the optima of named drafts and makes each a group and block of its own.

    Args:
        shown: By name, models as the policy sees them, where that is not as they are.
    """
    told = shown or {}
    digests = {name: digest(*draft, told.get(name)) for name, draft in drafts.items()}
    least = optima({digests[name]: draft for name, draft in drafts.items()})
    return tuple(
        Instance(n, group=n, block=n, digest=d, data=Case(*drafts[n], optimum=least[d], shown=told.get(n)))
        for n, d in digests.items()
    )


def digest(gpu_count: int, models: Sequence[Model], shown: Sequence[Model] | None = None) -> str:
    """Fingerprint of what is to be placed, and of what is shown of it if that is not the same."""
    true = fingerprint(gpu_count, GPU_MEMORY_GB, np.array(models, dtype=np.int64))
    return true if shown is None else fingerprint(true, np.array(shown, dtype=np.int64))


def best_fit(sizes: Sequence[int], gpu_count: int, memory_gb: int) -> bool:
    """Whether the largest first, each where the least memory is left after it, finds all a place."""
    free = [memory_gb] * gpu_count
    for size in sorted(sizes, reverse=True):
        fitting = [gpu for gpu in range(gpu_count) if free[gpu] >= size]
        if not fitting:
            return False
        free[min(fitting, key=lambda gpu: free[gpu])] -= size
    return True


def placeable(generator: Generator, rng: np.random.Generator) -> Draft:
    """Draws until best fit finds a placement with a GB to spare on every GPU."""
    while True:
        gpu_count, models = generator(rng)
        if best_fit([model.size_gb for model in models], gpu_count, GPU_MEMORY_GB - 1):
            return gpu_count, models


def _models(
    rng: np.random.Generator, sizes_gb: Sequence[int] | np.ndarray, rates: np.ndarray | None = None
) -> tuple[Model, ...]:
    """Adds rates, 1-9 unless they are given, and latencies of 5-9."""
    drawn = rng.integers(1, 10, size=len(sizes_gb)) if rates is None else rates
    latencies = rng.integers(5, 10, size=len(sizes_gb))
    columns = zip(sizes_gb, drawn, latencies, strict=True)
    return tuple(Model(int(size), int(rate), int(slo)) for size, rate, slo in columns)


def _cut(rng: np.random.Generator, total: int) -> Iterator[int]:
    """Three sizes of at least 4 that add up to `total`."""
    first, second = sorted(rng.integers(0, total - 11, size=2).tolist())
    yield from (4 + end - start for start, end in pairwise((0, first, second, total - 12)))


def _stream(split: Split, kind: int, number: int) -> np.random.Generator:
    # Every instance has seed words of its own, so that no two share a stream.
    words = (list(Split).index(split), kind, number)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED, spawn_key=words)))
