"""Kernels for matrix products: which tiles, warps, stages and split should a GPU use for a given shape?

A policy is a module that imports what it needs from `interface` and defines

    def solve(task: Task) -> Answer:
        '''Returns, for every shape of `task.shapes`, the place in `task.configurations` of one for it.'''

Every configuration was timed on the device for every shape. The score of a shape is the time of the fastest
one, divided by that of the one chosen; that of a task is the mean over its shapes, higher is better.
"""

from dataclasses import dataclass
from typing import NamedTuple

Answer = tuple[int, ...]
"""For each shape of the task, in its order, an index into `configurations`."""


class Shape(NamedTuple):
    """One product in bfloat16 with sums in float32: (m x k) times (k x n)."""

    m: int
    """Rows: tokens of the step."""
    n: int
    """Columns: outputs of the layer."""
    k: int
    """Depth, over which is summed: inputs of the layer."""


class Configuration(NamedTuple):
    """How a product is cut up and run."""

    block_m: int
    """Rows of the tile of the output that one program computes."""
    block_n: int
    """Columns of that tile."""
    block_k: int
    """Depth of a step of its loop."""
    warps: int
    """Warps of 32 threads that share a tile."""
    stages: int
    """Steps whose operands are loaded ahead."""
    split_k: int
    """Programs that share the depth of one tile; above 1, a second kernel adds up their sums."""


class Device(NamedTuple):
    """The device on which all was timed."""

    name: str
    multiprocessors: int
    shared_bytes: int
    """Shared memory of a multiprocessor that one program may use."""
    l2_bytes: int
    """Cache of the whole device; it is cold when a product starts."""
    bandwidth_gb_s: float
    """Device memory, as measured by copying, bytes read and written counted."""
    tflops: float
    """Dense bfloat16 products, as measured on a large one."""


@dataclass(frozen=True, slots=True)
class Task:
    """Products of one model's layers, and what there is to choose from."""

    device: Device
    configurations: tuple[Configuration, ...]
    shapes: tuple[Shape, ...]
    cpu_s: float
    """CPU seconds that one `solve` may take."""


def tiles(shape: Shape, configuration: Configuration) -> int:
    """Programs that a product is cut into; the device runs as many at once as it has room for."""
    across = -(-shape.m // configuration.block_m) * -(-shape.n // configuration.block_n)
    return across * configuration.split_k
