"""Transfers to be planned, on generated networks of their own or on the measured one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from problems.base import Instance, Split, fingerprint
from problems.cloudcast.bound import least_egress
from problems.cloudcast.geography import draw_network
from problems.cloudcast.interface import Task
from problems.cloudcast.network import PROVIDERS, Network, Transfer

VMS = 2
VM_USD_H = 0.54
"""The published constants: VMs in each region used, and the price of one for an hour."""

INGRESS_GBIT_S = {"aws": 10.0, "gcp": 16.0, "azure": 16.0}
EGRESS_GBIT_S = {"aws": 5.0, "gcp": 7.0, "azure": 16.0}
"""The published limits of one VM, by provider."""

COUNTS = {Split.SEARCH: 2, Split.VALIDATION: 4, Split.HOLDOUT: 4}
"""Instances of each kind; SMOKE has a single small one."""

KINDS = (*PROVIDERS, "mixed")
"""Providers of the regions that send and receive; relays may be of any provider."""

REGIONS = (25, 22, 24)
SMOKE_REGIONS = (4, 4, 4)
"""Of each provider; the former as measured."""

DESTINATIONS = (4, 7)
"""The least and the most."""

SEED = 20240417
_SPLITS = {split: number for number, split in enumerate(Split)}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A transfer over a network, with the least egress that any answer pays.

    Attributes:
        shown: The network as the policy sees it, where that is not as it is.
    """

    network: Network
    transfer: Transfer
    bound_usd: float
    shown: Network | None = None

    def task(self, cpu_s: float) -> Task:
        """Builds what answers are measured by."""
        return self._over(self.network, cpu_s)

    def shown_task(self, cpu_s: float) -> Task:
        """Builds what a policy sees."""
        return self._over(self.shown or self.network, cpu_s)

    def _over(self, net: Network, cpu_s: float) -> Task:
        transfer = self.transfer
        ingress, egress = (
            np.array([VMS * limits[provider] for provider in net.providers], dtype=np.float64)
            for limits in (transfer.ingress_gbit_s, transfer.egress_gbit_s)
        )
        return Task(
            regions=net.regions,
            sources=net.sources,
            targets=net.targets,
            usd_per_gb=net.usd_per_gb,
            gbit_s=VMS * net.vm_gbit_s,
            source=transfer.source,
            destinations=transfer.destinations,
            volume_gb=transfer.volume_gb,
            partitions=transfer.partitions,
            ingress_gbit_s=ingress,
            egress_gbit_s=egress,
            vms=VMS,
            vm_usd_h=VM_USD_H,
            cpu_s=cpu_s,
        )


@dataclass(frozen=True, slots=True)
class Named:
    """A transfer over a network before its bound is known; `shown` as in `Case`."""

    name: str
    network: Network
    transfer: Transfer
    shown: Network | None = None

    def digest(self) -> str:
        """Fingerprint of all that the cost depends on, and of the prices shown if those are others."""
        true = self._true()
        return true if self.shown is None else fingerprint(true, self.shown.usd_per_gb)

    def _true(self) -> str:
        net, sent = self.network, self.transfer
        limits = [(p, sent.ingress_gbit_s[p], sent.egress_gbit_s[p]) for p in sorted(set(net.providers))]
        return fingerprint(
            "cloudcast",
            *("\n".join(net.regions), net.sources, net.targets, net.usd_per_gb, net.vm_gbit_s),
            *(sent.source, sent.destinations, sent.volume_gb, sent.partitions, repr(limits)),
            *(VMS, VM_USD_H),
        )


def generate(split: Split) -> tuple[Instance, ...]:
    """Makes the instances of a generated split, each on a network of its own."""
    if split is Split.SMOKE:
        return instances([_draw(split, len(KINDS) - 1, 0, SMOKE_REGIONS)])
    numbers = range(COUNTS[split])
    return instances([_draw(split, kind, n, REGIONS) for kind in range(len(KINDS)) for n in numbers])


def instances(cases: Sequence[Named]) -> tuple[Instance, ...]:
    """Adds bounds; each instance is its own group and block."""
    digests = [case.digest() for case in cases]
    least = least_egress({d: (case.network, case.transfer) for d, case in zip(digests, cases, strict=True)})
    return tuple(
        Instance(
            name=case.name,
            group=case.name,
            block=case.name,
            digest=digest,
            data=Case(case.network, case.transfer, least[digest], case.shown),
        )
        for case, digest in zip(cases, digests, strict=True)
    )


def drawn(
    rng: np.random.Generator, net: Network, kind: str, destinations: int, sources: Sequence[int]
) -> Transfer:
    """Draws a transfer between regions of one provider, or of any if the kind is `mixed`.

    Each region is the dearest to leave, on average, of three drawn: from a cheap source nothing beats one
    copy to each destination, and a cheap destination is all the relay that is needed. Volume and number of
    partitions are uniform over 100, 300, 1000 GB and 5, 10, 20; limits are as published.

    Args:
        destinations: How many.
        sources: Regions that the source may be drawn from; those of other kinds are left out.
    """
    able = [region for region, provider in enumerate(net.providers) if kind in {provider, "mixed"}]
    leaving = np.bincount(net.sources, np.floor(net.usd_per_gb * 10_000 + 0.5)).tolist()
    chosen: list[int] = []
    while len(chosen) <= destinations:
        free = [region for region in able if region not in chosen and (chosen or region in sources)]
        chosen.append(max(rng.permutation(free).tolist()[:3], key=lambda region: leaving[region]))
    volume_gb = (100.0, 300.0, 1000.0)[int(rng.integers(3))]
    partitions = (5, 10, 20)[int(rng.integers(3))]
    return Transfer(chosen[0], tuple(chosen[1:]), volume_gb, partitions, INGRESS_GBIT_S, EGRESS_GBIT_S)


def planned(
    rng: np.random.Generator, kind: str, regions: tuple[int, int, int], destinations: tuple[int, int]
) -> tuple[Network, Transfer]:
    """Draws a network, and a transfer over it to so many destinations, the least and the most."""
    net, (least, most) = draw_network(rng, regions), destinations
    count = least + int(rng.integers(most - least + 1))
    return net, drawn(rng, net, kind, count, range(len(net.regions)))


def _draw(split: Split, kind: int, number: int, regions: tuple[int, int, int]) -> Named:
    # Every instance has seed words of its own, so that no two share a stream.
    words = (_SPLITS[split], kind, number)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED, spawn_key=words)))
    destinations = (3, 3) if split is Split.SMOKE else DESTINATIONS
    return Named(f"{KINDS[kind]}-{number}", *planned(rng, KINDS[kind], regions, destinations))
