"""The least egress that any answer pays: a directed Steiner tree, found exactly.

The walks of one partition join the source to every destination, so the edges they use cost at least as much
as the cheapest such set of edges, and each partition pays for its own. `Dreyfus 1971
<https://doi.org/10.1002/net.3230010302>`_: the cheapest tree that serves a set of destinations from a region
either splits there into two trees for two parts of the set, or goes to another region by a shortest path.
With k destinations and n regions that takes 3^k n + 2^k n^2 steps.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from problems.base import Instance
from problems.bounds import Bounds
from problems.cloudcast.network import Network, Transfer

Wanted = tuple[Network, Transfer]


def least_egress(wanted: Mapping[str, Wanted], bounds: Bounds | None = None) -> dict[str, float]:
    """Finds the least egress of each wanted transfer in dollars; `bounds` is ours unless one is given."""
    return (bounds or Bounds.beside(__file__)).find(wanted, computed, plausible=_plausible)


def prove(instances: Sequence[Instance]) -> dict[str, float]:
    """Computes the bounds of instances anew, by digest."""
    return computed({i.digest: (i.data.network, i.data.transfer) for i in instances})


def computed(wanted: Mapping[str, Wanted]) -> dict[str, float]:
    """Computes bounds by digest, in dollars."""
    return {
        digest: sent.volume_gb * steiner_usd_per_gb(net, sent.source, sent.destinations)
        for digest, (net, sent) in wanted.items()
    }


def _plausible(item: Wanted, usd: float) -> bool:
    """Whether it could be the bound: no less than the dearest shortest path, no more than all of them."""
    net, sent = item
    paths = sent.volume_gb * distances(net)[sent.source, list(sent.destinations)]
    return bool(paths.max() * (1.0 - 1e-9) <= usd <= paths.sum() * (1.0 + 1e-9))


def steiner_usd_per_gb(net: Network, source: int, destinations: Sequence[int]) -> float:
    """Price of the cheapest tree from the source to all destinations, in $/GB."""
    apart = distances(net)
    # `trees[chosen]` holds the price of serving the destinations in a set of bits from each region.
    trees = np.empty((1 << len(destinations), len(net.regions)))
    for chosen in range(1, len(trees)):
        if chosen & (chosen - 1) == 0:
            trees[chosen] = apart[:, destinations[chosen.bit_length() - 1]]
        else:
            halves = np.array([half for half in _subsets(chosen) if half < chosen ^ half])
            split = (trees[halves] + trees[chosen ^ halves]).min(axis=0)
            trees[chosen] = (apart + split).min(axis=1)
    return float(trees[-1, source])


def distances(net: Network) -> np.ndarray:
    """Price of the cheapest path between any two regions, shape `(n, n)`: row to column."""
    apart = np.full((len(net.regions), len(net.regions)), np.inf)
    apart[net.sources, net.targets] = net.usd_per_gb
    np.fill_diagonal(apart, 0.0)
    for middle in range(len(apart)):
        np.minimum(apart, apart[:, middle, None] + apart[middle], out=apart)
    return apart


def _subsets(chosen: int) -> Sequence[int]:
    """Sets of bits within one, neither empty nor all of it."""
    found, part = [], (chosen - 1) & chosen
    while part:
        found.append(part)
        part = (part - 1) & chosen
    return found
