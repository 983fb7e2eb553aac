"""A minimum spanning arborescence of source and destinations over their distances, after Edmonds 1967.

Destinations relay for one another, and so does whatever lies on the cheapest paths between them. What the
paths leave twice is pruned: every destination takes its cheapest walk within the edges that were chosen.
"""

from itertools import pairwise

import numpy as np
from interface import Answer, Task

REGION_USD_GB = 0.0
"""Charge per GB for every region that is passed."""

SLOWNESS_USD_GB = 0.0
"""Charge per GB for the inverse of an edge's throughput in Gbit/s."""


def solve(task: Task) -> Answer:
    """Sends every partition along the arborescence."""
    prices, edges = tables(task)
    chosen = np.full_like(prices, np.inf)
    apart, hops = shortest(prices)
    terminals = [task.source, *task.destinations]
    for child, parent in arborescence(apart[np.ix_(terminals, terminals)], 0).items():
        route = path(hops, terminals[parent], terminals[child])
        for start, end in pairwise(route):
            chosen[start, end] = prices[start, end]
    _, hops = shortest(chosen)
    walks = []
    for destination in task.destinations:
        route = path(hops, task.source, destination)
        walks.append(tuple(int(edges[start, end]) for start, end in pairwise(route)))
    return tuple((walk,) * task.partitions for walk in walks)


def tables(task: Task) -> tuple[np.ndarray, np.ndarray]:
    """Prices with charges and ids of edges, by regions, shape `(n, n)`; where there is none, infinity and -1."""
    prices = np.full((len(task.regions), len(task.regions)), np.inf)
    edges = np.full(prices.shape, -1)
    prices[task.sources, task.targets] = task.usd_per_gb + REGION_USD_GB + SLOWNESS_USD_GB / task.gbit_s
    edges[task.sources, task.targets] = np.arange(len(task.sources))
    return prices, edges


def shortest(prices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances between regions, and the next region on the way, both of shape `(n, n)`."""
    apart = prices.copy()
    np.fill_diagonal(apart, 0.0)
    hops = np.tile(np.arange(len(apart)), (len(apart), 1))
    for middle in range(len(apart)):
        through = apart[:, middle, None] + apart[middle]
        better = through < apart
        apart = np.where(better, through, apart)
        hops = np.where(better, hops[:, middle, None], hops)
    return apart, hops


def path(hops: np.ndarray, start: int, end: int) -> list[int]:
    """Regions on the cheapest way, both ends included."""
    found = [start]
    while found[-1] != end:
        found.append(int(hops[found[-1], end]))
    return found


def arborescence(prices: np.ndarray, root: int) -> dict[int, int]:
    """Parents of all nodes but the root, at the least total price: cheapest entries, circles contracted."""
    nodes = [node for node in range(len(prices)) if node != root]
    entries = np.where(np.eye(len(prices), dtype=bool), np.inf, prices)
    parents = {node: int(np.argmin(entries[:, node])) for node in nodes}
    circle = find_circle(parents)
    if not circle:
        return parents
    return expand(entries, root, parents, circle)


def expand(prices: np.ndarray, root: int, parents: dict[int, int], circle: list[int]) -> dict[int, int]:
    """Solves the problem with the circle as one node, then opens the circle where that is entered."""
    outside = [node for node in range(len(prices)) if node not in circle]
    merged = len(outside)
    smaller = np.full((merged + 1, merged + 1), np.inf)
    smaller[:merged, :merged] = prices[np.ix_(outside, outside)]
    saved = np.array([prices[parents[node], node] for node in circle])
    entering = prices[np.ix_(outside, circle)] - saved
    leaving = prices[np.ix_(circle, outside)]
    smaller[:merged, merged], smaller[merged, :merged] = entering.min(axis=1), leaving.min(axis=0)
    found = {node: parents[node] for node in circle}
    for child, parent in arborescence(smaller, outside.index(root)).items():
        if child == merged:
            found[circle[int(np.argmin(entering[parent]))]] = outside[parent]
        elif parent == merged:
            found[outside[child]] = circle[int(np.argmin(leaving[:, child]))]
        else:
            found[outside[child]] = outside[parent]
    return found


def find_circle(parents: dict[int, int]) -> list[int]:
    """Nodes that are their own ancestors by way of one another; empty if there are none."""
    for node in parents:
        trail = []
        while node in parents and node not in trail:
            trail.append(node)
            node = parents[node]
        if node in trail:
            return trail[trail.index(node) :]
    return []
