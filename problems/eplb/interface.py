"""Experts of a mixture-of-experts model on GPUs: which of them to copy, and which to put together?

A policy is a module that imports what it needs from `interface` and defines

    class Policy:
        def __init__(self, setup: Setup) -> None: ...
        def step(self, observation: Observation) -> Decision: ...

Time passes in windows of 100 steps of the model. After each window `step` sees how often every expert was
asked, and places the experts for the window to come. An expert's load is split equally over its replicas, and
a layer is done when its busiest GPU is: so a placement is as good as it is even on a window it has not seen.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Decision = tuple[tuple[int, ...], ...]
"""For each layer the expert in each slot: L rows of `num_replicas` ids; an array of that shape will do.

Slot s is on GPU `s // slots_per_gpu(setup)`. Every expert of a layer needs a slot at least; it may have
several, also on one GPU.
"""


class Setup(NamedTuple):
    """What holds for the whole history."""

    num_layers: int
    """Layers with experts, L."""
    num_experts: int
    """Experts of a layer, E."""
    num_replicas: int
    """Slots of a layer: at least E, and a multiple of `num_gpus`."""
    num_groups: int
    """Groups of `E / num_groups` experts with neighbouring ids; a token asks experts of few groups."""
    num_nodes: int
    """Machines; each holds `num_gpus / num_nodes` GPUs with neighbouring numbers."""
    num_gpus: int
    windows: int
    """How often `step` is asked. The first decision is made on a guess and is not counted."""
    step_cpu_s: float
    """CPU seconds that a `step` may take on average."""


class Observation(NamedTuple):
    """What is known before a window. What it will ask for is not."""

    window: int
    """Number of the window to be placed for; the first is 0."""
    counts: npt.NDArray[np.int64]
    """Tokens by layer and expert in the window before it, shape (L, E), read-only; at first a guess: ones."""


def slots_per_gpu(setup: Setup) -> int:
    """Slots of a layer on each GPU."""
    return setup.num_replicas // setup.num_gpus


def balance(setup: Setup, counts: npt.NDArray[np.int64], placed: npt.NDArray[np.int64]) -> float:
    """How even a placement is on a window: 1 if all GPUs of each layer are equally busy; higher is better.

    It is the sum over layers of the mean load of a GPU, divided by that of the largest load of a GPU.

    Args:
        counts: Shape (L, E).
        placed: Expert by layer and slot, shape (L, num_replicas), every expert at least once.
    """
    layers, experts = counts.shape
    keys = placed + np.arange(0, layers * experts, experts)[:, None]
    replicas = np.bincount(keys.ravel(), minlength=counts.size)
    share = counts.ravel() / replicas
    busy = share[keys].reshape(layers, setup.num_gpus, -1).sum(axis=2)
    return float(counts.sum() / setup.num_gpus / busy.max(axis=1).sum())
