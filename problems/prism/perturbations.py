"""What is shifted in VALIDATION to see whether a policy still leads: seeds, tightness, what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from problems.base import Instance
from problems.prism.instances import GENERATORS, SEED, Draft, Generator, instances, placeable, tight
from problems.prism.interface import Model
from problems.variants import Variant

PERTURBATIONS: Mapping[str, str] = {
    "seeds": "Nothing but the seeds: other fleets of the same generators.",
    "tight-only": "Every fleet is tight: some placement leaves 3 to 8 GB on each GPU.",
    "noisy-rates": "Request rates are told up to a third too low or too high; they are measured as they are.",
}

_OF_EACH, _OF_TIGHT = 12, 24
"""Fleets of each generator, and of one that is alone."""


@dataclass(frozen=True, slots=True)
class _Shift:
    generators: Sequence[Generator] = GENERATORS
    each: int = _OF_EACH
    noisy: bool = False


_SHIFTS: Mapping[str, _Shift] = {
    "seeds": _Shift(),
    "tight-only": _Shift((tight,), _OF_TIGHT),
    "noisy-rates": _Shift(noisy=True),
}


def perturbed(variant: Variant) -> tuple[Instance, ...]:
    """Makes the instances of a variant, each its own group and block."""
    shift = _SHIFTS[variant.name]
    rngs, drafts = dict[str, np.random.Generator](), dict[str, Draft]()
    for kind, generator in enumerate(shift.generators):
        for number in range(shift.each):
            name = f"{generator.__name__}-{number}"
            rngs[name] = variant.stream(SEED, kind, number)
            drafts[name] = placeable(generator, rngs[name])
    if not shift.noisy:
        return instances(drafts)
    return instances(drafts, {name: _noisy(models, rngs[name]) for name, (_, models) in drafts.items()})


def _noisy(models: Sequence[Model], rng: np.random.Generator) -> tuple[Model, ...]:
    """Rates that are true but for a factor, uniform over 2/3..4/3, rounded and 1 at least."""
    thousandths = rng.integers(667, 1334, size=len(models)).tolist()
    return tuple(
        Model(model.size_gb, max((model.req_rate * factor + 500) // 1000, 1), model.slo)
        for model, factor in zip(models, thousandths, strict=True)
    )
