"""Broadcast over clouds: along which regions should data be sent, so that all destinations get it cheapest?

A policy is a module that imports what it needs from `interface` and defines

    def solve(task: Task) -> Answer:
        '''Returns a walk for every destination and every partition, each walk a tuple of edge ids.'''

The evaluator computes `cost(task, answer).usd`, lower is better, by the function below. After `Wooders 2024
<https://www.usenix.org/conference/nsdi24/presentation/wooders>`_ (Cloudcast, NSDI), as its public simulator
has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Walk = tuple[int, ...]
"""Ids of edges in order: the first leaves the source, the last enters the destination."""

Answer = tuple[tuple[Walk, ...], ...]
"""`answer[d][p]` is how partition `p` reaches `task.destinations[d]`."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be sent, and over which network; regions and edges are numbered from 0.

    Attributes:
        regions: Names of the `n` regions, `provider:zone`.
        sources: Region that each of the `m` edges leaves, shape `(m,)`.
        targets: Region that each edge enters, shape `(m,)`; no two edges join the same two regions.
        usd_per_gb: Egress price of each edge, shape `(m,)`.
        gbit_s: Throughput of each edge between all VMs of both its regions, shape `(m,)`.
        source: Region that has the data.
        destinations: Regions that need all of it; the source is none of them.
        volume_gb: Size of the data.
        partitions: Number of equal parts, each of which may take other walks.
        ingress_gbit_s: What all VMs of each region can receive together, shape `(n,)`.
        egress_gbit_s: What all VMs of each region can send together, shape `(n,)`.
        vms: VMs in each region that is used.
        vm_usd_h: Price of one of them for an hour.
        cpu_s: CPU seconds that one `solve` may take.
    """

    regions: tuple[str, ...]
    sources: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    usd_per_gb: npt.NDArray[np.float64]
    gbit_s: npt.NDArray[np.float64]
    source: int
    destinations: tuple[int, ...]
    volume_gb: float
    partitions: int
    ingress_gbit_s: npt.NDArray[np.float64]
    egress_gbit_s: npt.NDArray[np.float64]
    vms: int
    vm_usd_h: float
    cpu_s: float


class Bill(NamedTuple):
    """What a valid answer costs, and why."""

    egress_usd: float
    vm_usd: float
    transfer_s: float
    """Until the slowest edge has sent its parts, rounded to 0.01 s."""
    longest_walk_s: float
    """Until the slowest walk has sent one part at a gigabyte for a gigabit: a public score's time."""
    regions: int
    """How many are used."""

    @property
    def usd(self) -> float:
        """Total, which is to be low."""
        return self.egress_usd + self.vm_usd


def cost(task: Task, answer: Sequence[Sequence[Sequence[int]]]) -> Bill:
    """Computes the bill of an answer that breaks no rule; takes about 0.1 ms.

    An edge pays egress once for each partition on it, however many destinations it serves. Regions cap the
    throughput of their edges in order of first appearance: if edges in (out) exceed what the region can
    receive (send), each gets at most an equal share. The time is the longest that any edge takes for its
    parts, and every region used pays its VMs for all of it.
    """
    parts: dict[int, int] = {}  # edge to the partitions on it, one bit each
    for walks in answer:
        for partition, walk in enumerate(walks):
            bit = 1 << partition
            for edge in walk:
                parts[edge] = parts.get(edge, 0) | bit
    gbit_s, regions = _throughput(task, list(parts))
    part_gb = task.volume_gb / task.partitions
    egress_usd = sum(mask.bit_count() * part_gb * float(task.usd_per_gb[e]) for e, mask in parts.items())
    transfer_s = round(max(m.bit_count() * part_gb * 8.0 / gbit_s[e] for e, m in parts.items()), 2)
    slowest = min(gbit_s[edge] for edge in parts)
    vm_usd = regions * task.vms * (task.vm_usd_h / 3600.0) * transfer_s
    return Bill(egress_usd, vm_usd, transfer_s, round(part_gb / slowest, 2), regions)


def _throughput(task: Task, edges: Sequence[int]) -> tuple[dict[int, float], int]:
    """Throughput of edges, given in order of first use, as regions have capped it; and how many regions."""
    gbit_s = {edge: float(task.gbit_s[edge]) for edge in edges}
    into: dict[int, list[int]] = {}
    out: dict[int, list[int]] = {}
    for edge in edges:
        start, end = int(task.sources[edge]), int(task.targets[edge])
        for region in (start, end):  # entered here, so that both know regions in order of first appearance
            into.setdefault(region, [])
            out.setdefault(region, [])
        out[start].append(edge)
        into[end].append(edge)
    for region, entering in into.items():
        leaving = out[region]
        received, sent = sum([gbit_s[e] for e in entering]), sum([gbit_s[e] for e in leaving])
        _cap(gbit_s, entering, received, float(task.ingress_gbit_s[region]))
        _cap(gbit_s, leaving, sent, float(task.egress_gbit_s[region]))
    return gbit_s, len(into)


def _cap(gbit_s: dict[int, float], edges: Sequence[int], total: float, limit: float) -> None:
    if total > limit:
        share = limit / len(edges)
        for edge in edges:
            gbit_s[edge] = min(gbit_s[edge], share)
