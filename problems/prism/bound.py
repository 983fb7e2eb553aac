"""The least pressure that any placement reaches, exactly: every instance's optimum is known.

No GPU is above pressure t exactly if demand + t * size of its models is at most t * memory: at a given t a
placement is a packing of one-dimensional bins, and `packing` decides it. Demands are scaled to integers and
t is a fraction, so nothing is rounded. The search halves an interval that starts at the fractional bound (all
demand over all free memory, as if models could be cut) and ends when nothing strictly better exists.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from problems.base import Instance
from problems.bounds import Bounds
from problems.prism.interface import FULL, Model
from problems.prism.packing import Items, Packer

GPU_MEMORY_GB = 80

_GAP = Fraction(1, 32)
"""First step above the fractional bound, relative to it; doubled until a placement is found."""

_CLOSE = Fraction(1, 1024)
"""Relative width of the interval at which halving stops and only better placements are asked for."""

Wanted = tuple[int, tuple[Model, ...]]
"""Number of GPUs, and what is to be placed on them."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """GPUs and models in integers.

    Attributes:
        scale: Least common multiple of the latencies allowed.
        demands: Of each model, `scale` times its request rate by its latency.
        sizes_gb: Of each model.
    """

    gpu_count: int
    scale: int
    demands: tuple[int, ...]
    sizes_gb: tuple[int, ...]

    @staticmethod
    def of(gpu_count: int, models: Sequence[Model]) -> "Fleet":
        """Scales demands to integers."""
        scale = math.lcm(*(model.slo for model in models))
        demands = tuple(model.req_rate * (scale // model.slo) for model in models)
        return Fleet(gpu_count, scale, demands, tuple(model.size_gb for model in models))

    def value(self, placement: Iterable[Sequence[int]]) -> Fraction:
        """The highest pressure of a placement that keeps the memory limit, exactly."""
        return max((self._kvpr(placed) for placed in placement), default=Fraction(0))

    def fractional(self) -> Fraction:
        """A lower bound: the pressure if demand and free memory could be shared out evenly."""
        free_gb = GPU_MEMORY_GB * self.gpu_count - sum(self.sizes_gb)
        if free_gb <= 0:
            raise ValueError(f"expected models that leave memory free, but they leave {free_gb} GB")
        return Fraction(sum(self.demands), self.scale * free_gb)

    def placed(self, limit: Fraction, *, below: bool = False) -> list[Items] | None:
        """Finds a placement whose value is at most, or `below`, a limit; None if there is none."""
        # The factor common to all terms of demand + limit * size <= limit * memory is multiplied away.
        rise, run = (limit * self.scale).as_integer_ratio()
        weights = [d * run + rise * s for d, s in zip(self.demands, self.sizes_gb, strict=True)]
        return Packer(weights, rise * GPU_MEMORY_GB - below).pack(self.gpu_count)

    def _kvpr(self, placed: Sequence[int]) -> Fraction:
        free_gb = GPU_MEMORY_GB - sum(self.sizes_gb[index] for index in placed)
        if free_gb == 0:
            return Fraction(FULL)
        return Fraction(sum(self.demands[index] for index in placed), self.scale * free_gb)


def optimum(fleet: Fleet) -> Fraction:
    """Finds the least value of any placement that leaves memory free on every GPU.

    Raises:
        ValueError: There is none.
    """
    low, best = _bracket(fleet)
    while best - low > best * _CLOSE:
        # A short fraction keeps the integers small; it still lies well between the two.
        middle = ((low + best) / 2).limit_denominator(10**8)
        found = fleet.placed(middle)
        if found is None:
            low = middle
        else:
            best = fleet.value(found)
    while (found := fleet.placed(best, below=True)) is not None:
        best = fleet.value(found)
    return best


def _bracket(fleet: Fleet) -> tuple[Fraction, Fraction]:
    """A value that none is below, and one that is reached."""
    low = fleet.fractional()
    gap = low * _GAP
    # With a GB left on every GPU no pressure is above the sum of all demand.
    while low <= Fraction(sum(fleet.demands), fleet.scale):
        found = fleet.placed(low + gap)
        if found is not None:
            return low, fleet.value(found)
        low, gap = low + gap, gap * 2
    raise ValueError("expected models that fit on the GPUs with memory to spare on each, but they do not")


def optima(wanted: Mapping[str, Wanted], bounds: Bounds | None = None) -> dict[str, float]:
    """Finds optima by digest; `bounds` is ours unless one is given."""
    found = bounds or Bounds.beside(__file__)
    return found.find(wanted, computed, plausible=_plausible)


def prove(instances: Sequence[Instance]) -> dict[str, float]:
    """Computes the optima of instances anew, by digest."""
    return computed({i.digest: (i.data.gpu_count, i.data.models) for i in instances})


def computed(wanted: Mapping[str, Wanted]) -> dict[str, float]:
    """Computes optima by digest; a float is the nearest to the exact fraction."""
    return {digest: float(optimum(Fleet.of(*item))) for digest, item in wanted.items()}


def _plausible(item: Wanted, value: float) -> bool:
    return float(Fleet.of(*item).fractional()) <= value < FULL
