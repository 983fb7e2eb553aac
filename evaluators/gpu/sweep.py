"""Sweeps: every configuration of a product timed for every shape on this device, and checked before."""

import datetime as dt
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import numpy as np

from evaluators.gpu.device import Gpu, Watch
from evaluators.gpu.products import NUMERIC_ERROR, Product
from evaluators.gpu.stopwatch import Stopwatch, Work, warm_up
from problems.kernel_choice.interface import Configuration, Device, Shape
from problems.kernel_choice.table import Table, Timed

CHECKED: Final = Shape(67, 192, 320)
"""Small, and a multiple of no tile: numerics are checked here against float64."""

_ROUNDS: Final = 3
_MORE_ROUNDS: Final = 8
_NEAR: Final = 1.25
"""Configurations within this factor of the best are timed in more rounds."""

_HOPELESS: Final = 3.0
"""Configurations that were slower than the best by this factor once are not timed again."""


class Wrong(Exception):  # noqa: N818 - reads as what happened
    """A kernel of ours computes something else than it says."""


def measured_device(gpu: Gpu, watch: Stopwatch) -> Device:
    """Measures what bounds every product: the rate of copying, and of a large product by the library."""
    import torch

    source = torch.empty(2 << 30, dtype=torch.int8, device="cuda")
    target = torch.empty_like(source)
    large = Product(Shape(8192, 8192, 8192), "cuda")
    copy, product = Work("copy", lambda: target.copy_(source)), large.library()
    warm_up(watch, [copy, product])
    copied, multiplied = (median(watch.each([work] * 7)) for work in (copy, product))
    return Device(
        gpu.name,
        gpu.multiprocessors,
        gpu.shared_bytes,
        gpu.l2_bytes,
        round(2 * source.numel() / copied / 1e9, 1),
        round(2 * 8192**3 / multiplied / 1e12, 1),
    )


def check(configurations: Sequence[Configuration]) -> None:
    """Checks every configuration against float64 on a small shape.

    Raises:
        Wrong: One of them is off by more than bfloat16 explains.
    """
    product = Product(CHECKED, "cuda")
    for configuration in configurations:
        product.poison()
        product.launch(configuration)()
        error = product.exact_error()
        if not error < NUMERIC_ERROR:
            raise Wrong(f"{configuration} on {CHECKED} differs from float64 by {error:.3g} of its norm")


def compile_kernels(configurations: Sequence[Configuration], workers: int) -> None:
    """Compiles every kernel once, in several processes, into Triton's cache on disk."""
    kinds = list({(*c[:5], c.split_k > 1): c for c in configurations}.values())
    shares = [kinds[i::workers] for i in range(workers) if kinds[i::workers]]
    with ProcessPoolExecutor(len(shares), mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(check, shares))


@dataclass(slots=True)
class Sweep:
    """A sweep as it goes on.

    Attributes:
        times: By shape, of the batches that are through.
    """

    gpu: Gpu
    watch: Stopwatch
    configurations: Sequence[Configuration]
    rng: np.random.Generator
    times: dict[Shape, Timed] = field(default_factory=dict)

    def run(self, shapes: Sequence[Shape]) -> None:
        """Times a batch of shapes.

        Raises:
            DeviceBusy: Somebody else came; nothing of this batch is kept.
        """
        guard = Watch(self.gpu)
        found = {shape: self._timed(shape) for shape in shapes}
        guard.look()
        self.times |= found

    def table(self, device: Device, today: dt.date) -> Table:
        """What was found, as it is stored."""
        machine = {**self.gpu.machine(), "date": today.isoformat()}
        return Table(device, machine, tuple(self.configurations), self.times)

    def _timed(self, shape: Shape) -> Timed:
        product = Product(shape, "cuda")
        works = self._usable(product)
        library = product.library()
        for _ in range(3):
            library.run()
        found: dict[int, list[float]] = {index: [] for index in works}
        vendor: list[float] = []
        self._round(works, found)
        best = min(times[0] for times in found.values())
        hopeful = {i: w for i, w in works.items() if found[i][0] <= _HOPELESS * best}
        for _ in range(_ROUNDS - 1):
            self._round(hopeful, found)
        middle = {index: median(times) for index, times in found.items()}
        near = {i: w for i, w in hopeful.items() if middle[i] <= _NEAR * min(middle.values())}
        for _ in range(_MORE_ROUNDS):
            self._round(near, found)
            vendor += self.watch.each([library])
        us: list[float | None] = [None] * len(self.configurations)
        for index, times in found.items():
            us[index] = median(times) * 1e6
        return Timed(tuple(us), median(vendor) * 1e6)

    def _usable(self, product: Product) -> dict[int, Work]:
        """Runs every configuration once, and keeps those that the device can run and that are right."""
        error, works, errors = product.checker(), dict[int, Work](), dict[int, Any]()
        for index, configuration in enumerate(self.configurations):
            work = product.work(configuration)
            product.poison()
            try:
                work.run()
            except _launch_errors():
                continue
            works[index], errors[index] = work, error()
        return {index: work for index, work in works.items() if float(errors[index]) < NUMERIC_ERROR}

    def _round(self, works: dict[int, Work], found: dict[int, list[float]]) -> None:
        """Times each once more, in an order of this round's own, all on the same fresh inputs."""
        order = self.rng.permutation(list(works)).tolist()
        if order:
            works[order[0]].refresh()
        quiet = [Work(works[index].name, works[index].run) for index in order]
        for index, seconds in zip(order, self.watch.each(quiet), strict=True):
            found[index].append(seconds)


def _launch_errors() -> tuple[type[Exception], ...]:
    """What is raised where a kernel asks for more than a multiprocessor has."""
    from triton.runtime.errors import OutOfResources

    return (OutOfResources,)


def compilers() -> int:
    """Processes to compile with: one a core, at most twelve."""
    return min(len(os.sched_getaffinity(0)), 12)
