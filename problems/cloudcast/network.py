"""What every part of the trusted side speaks of: a network, and a transfer over it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

PROVIDERS = ("aws", "azure", "gcp")


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Regions and directed edges with prices and throughputs.

    Attributes:
        regions: Names, `provider:zone`.
        sources: Index of the region that each edge leaves, shape `(m,)`.
        targets: Index of the region that each edge enters, shape `(m,)`.
        usd_per_gb: Shape `(m,)`.
        vm_gbit_s: Throughput between one VM on either side, shape `(m,)`.
    """

    regions: tuple[str, ...]
    sources: np.ndarray
    targets: np.ndarray
    usd_per_gb: np.ndarray
    vm_gbit_s: np.ndarray

    @property
    def providers(self) -> tuple[str, ...]:
        """Provider of each region."""
        return tuple(name.partition(":")[0] for name in self.regions)


@dataclass(frozen=True, slots=True)
class Transfer:
    """What is sent from where to where.

    Attributes:
        source: Index of a region.
        destinations: Indices of other regions.
        volume_gb: Size of the data.
        partitions: Equal parts of it.
        ingress_gbit_s: Limit of one VM by provider.
        egress_gbit_s: Limit of one VM by provider.
    """

    source: int
    destinations: tuple[int, ...]
    volume_gb: float
    partitions: int
    ingress_gbit_s: Mapping[str, float]
    egress_gbit_s: Mapping[str, float]
