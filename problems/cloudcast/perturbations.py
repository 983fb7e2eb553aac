"""What is shifted in VALIDATION to see whether a policy still leads: seeds, speeds, receivers, prices told.

Volumes are no perturbation: egress and machines both cost in proportion to the volume, and so does the bound.
Throughputs are one, since they decide what machines cost beside egress.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from problems.base import Instance
from problems.cloudcast.instances import DESTINATIONS, KINDS, REGIONS, SEED, Named, instances, planned
from problems.cloudcast.network import Network, Transfer
from problems.variants import Variant

PERTURBATIONS: Mapping[str, str] = {
    "seeds": "Nothing but the seeds: other networks and transfers.",
    "throughput-x0.5": "Half the throughput, of links and of machines: machines are paid for twice as long.",
    "throughput-x2": "Twice the throughput, of links and of machines: machines are paid for half as long.",
    "more-destinations": "8 to 10 destinations in place of 4 to 7.",
    "noisy-prices": "Egress prices are told up to a quarter too low or too high, and paid as they are.",
}

_EACH = 4
"""Transfers of each kind."""


@dataclass(frozen=True, slots=True)
class _Shift:
    throughput: float = 1.0
    destinations: tuple[int, int] = DESTINATIONS
    noisy: bool = False


_SHIFTS: Mapping[str, _Shift] = {
    "seeds": _Shift(),
    "throughput-x0.5": _Shift(throughput=0.5),
    "throughput-x2": _Shift(throughput=2.0),
    "more-destinations": _Shift(destinations=(8, 10)),
    "noisy-prices": _Shift(noisy=True),
}


def perturbed(variant: Variant) -> tuple[Instance, ...]:
    """Makes the instances of a variant, each on a network of its own, its own group and block."""
    shift = _SHIFTS[variant.name]
    cases = list[Named]()
    for kind, called in enumerate(KINDS):
        for number in range(_EACH):
            rng, name = variant.stream(SEED, kind, number), f"{called}-{number}"
            net, sent = planned(rng, called, REGIONS, shift.destinations)
            shown = _noisy(net, rng) if shift.noisy else None
            cases.append(Named(name, *_at_speed(net, sent, shift.throughput), shown))
    return instances(cases)


def _at_speed(net: Network, sent: Transfer, factor: float) -> tuple[Network, Transfer]:
    """Links and machines that are so many times as fast."""
    limits = (
        {p: factor * gbit_s for p, gbit_s in of.items()} for of in (sent.ingress_gbit_s, sent.egress_gbit_s)
    )
    ingress, egress = limits
    return (
        replace(net, vm_gbit_s=factor * net.vm_gbit_s),
        replace(sent, ingress_gbit_s=ingress, egress_gbit_s=egress),
    )


def _noisy(net: Network, rng: np.random.Generator) -> Network:
    """Prices that are true but for a factor, uniform over 3/4..5/4, rounded to 0.0001 dollars."""
    thousandths = rng.integers(750, 1251, size=len(net.usd_per_gb))
    return replace(net, usd_per_gb=np.floor(net.usd_per_gb * thousandths * 10.0 + 0.5) / 10_000)
