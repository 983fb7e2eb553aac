"""The cheapest path to every destination by egress price, each for itself; all partitions take it.

Paths of equal price are told apart as published programs do it: the first one found stays, regions are
settled in order of discovery, edges are looked at in order of their ids, and prices are compared exactly.
"""

from heapq import heappop, heappush
from itertools import count

from interface import Answer, Task, Walk


def solve(task: Task) -> Answer:
    """Sends every partition along the cheapest path."""
    return tuple((cheapest(task, region),) * task.partitions for region in task.destinations)


def cheapest(task: Task, destination: int) -> Walk:
    """Finds the cheapest walk from the source (Dijkstra 1959)."""
    edges = leaving(task)
    price, walks, settled = {task.source: 0.0}, {task.source: ()}, set()
    order = count()
    queue = [(0.0, next(order), task.source)]
    while destination not in settled:
        usd, _, region = heappop(queue)
        if region in settled:
            continue
        settled.add(region)
        for edge, target, edge_usd in edges[region]:
            if target not in settled and usd + edge_usd < price.get(target, float("inf")):
                price[target] = usd + edge_usd
                walks[target] = (*walks[region], edge)
                heappush(queue, (price[target], next(order), target))
    return walks[destination]


def leaving(task: Task) -> list[list[tuple[int, int, float]]]:
    """Edges out of each region with target and price, in order of their ids."""
    edges = [[] for _ in task.regions]
    columns = zip(task.sources.tolist(), task.targets.tolist(), task.usd_per_gb.tolist(), strict=True)
    for edge, (source, target, usd) in enumerate(columns):
        edges[source].append((edge, target, usd))
    return edges
