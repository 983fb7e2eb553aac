"""Model placement: which language models share which GPU, so that none runs short of cache?

A policy is a module that imports what it needs from `interface` and defines

    def solve(task: Task) -> Answer:
        '''Returns a placement: for each GPU, the indices in `task.models` of the models on it.'''

What the weights leave free on a GPU is the cache of all its models. The evaluator computes the placement's
`value`, the pressure on the GPU that is under the highest; lower is better.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

FULL = 1e6
"""Pressure of a GPU whose models leave nothing for a cache."""

Answer = dict[int, tuple[int, ...]]
"""From a GPU, 0 to `gpu_count - 1`, to the indices of its models, in any order; GPUs left out are empty.

Keys must be plain integers: write `int(gpu)` where numpy found it.
"""


class Model(NamedTuple):
    """One language model, all of which is on one GPU."""

    size_gb: int
    """Memory that its weights take."""
    req_rate: int
    """Requests a second."""
    slo: int
    """Latency that is allowed, in a unit common to all models: the lower, the more urgent."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be placed; the models fit on the GPUs with memory to spare on each."""

    gpu_count: int
    gpu_memory_gb: int
    """Memory of each GPU."""
    models: tuple[Model, ...]
    cpu_s: float
    """CPU seconds that one `solve` may take."""


def demand(model: Model) -> float:
    """How much a model asks of the cache: its request rate, weighted by urgency."""
    return model.req_rate / model.slo


def kvpr(task: Task, placed: Iterable[int]) -> float:
    """KV pressure ratio of one GPU: summed demand per GB left free; 0 if it is empty, FULL if none is left.

    Memory is not checked here: models that need more than there is give a figure without meaning.
    """
    models = [task.models[index] for index in placed]
    free_gb = task.gpu_memory_gb - sum(model.size_gb for model in models)
    return fsum(map(demand, models)) / free_gb if free_gb else FULL


def value(task: Task, placement: Mapping[int, Sequence[int]]) -> float:
    """What is minimised: the highest pressure over all GPUs."""
    return max((kvpr(task, placed) for placed in placement.values()), default=0.0)
