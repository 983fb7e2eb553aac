"""The cheapest directed tree, then local search on the whole cost, then two trees side by side.

Many trees have the least egress or nearly so, since prices come in few steps; they differ in time and machines.
So the exact algorithm (Dreyfus & Wagner 1971) runs several times, on prices plus small charges for regions,
for slow edges and of chance; the best trees are improved by moving subtrees and relays; and partitions are
split over two trees if that is cheaper, as Cloudcast (Wooders 2024) does.
"""

from dataclasses import replace
from itertools import combinations

import numpy as np
from interface import Answer, Task, Walk, cost

ROUNDS = 20
"""Runs of the exact algorithm."""

CLIMBS = 6
"""Trees from which local search starts, the best first."""

EVALUATIONS = 900
"""Trees that one local search may price."""

POOL = 10
"""Trees that are tried in pairs."""

REGION_USD_GB, SLOWNESS_USD_GB, CHANCE_USD_GB = 0.0005, 0.02, 0.0005
"""Charges per GB: for one more region, for the inverse of an edge's throughput, and the largest of chance."""

Tree = dict[int, int]
"""Region to the region that it gets the data from; the source has no entry."""


def solve(task: Task) -> Answer:
    """Returns the best single tree or pair of trees."""
    search = Search(task)
    trees = {}
    for weights in charged(task):
        tree = search.tidy(tree_of(weights, task.source, task.destinations))
        trees[tuple(sorted(tree.items()))] = tree
    starts = sorted(trees.values(), key=search.usd)[:CLIMBS]
    pool = {tuple(sorted(tree.items())): tree for tree in [*(search.climb(t) for t in starts), *starts]}
    best = sorted(pool.values(), key=search.usd)[:POOL]
    return split(task, [search.walks(tree) for tree in best])


def charged(task: Task) -> list[np.ndarray]:
    """Prices with charges, shape `(n, n)` each: first without any, then none of chance."""
    rng = np.random.default_rng(0)
    ends = (task.sources, task.targets)
    found = []
    for number in range(ROUNDS):
        weights = np.full((len(task.regions), len(task.regions)), np.inf)
        region, slowness = REGION_USD_GB * (number % 3), SLOWNESS_USD_GB * (number % 4)
        chance = CHANCE_USD_GB * rng.random(len(task.sources)) * (number > 3)
        weights[ends] = task.usd_per_gb + region + slowness / task.gbit_s + chance
        found.append(weights)
    return found


class Search:
    """Prices trees that all partitions share, and improves them."""

    def __init__(self, task: Task) -> None:
        self.task = replace(task, partitions=1)  # all of it along one tree costs what equal parts do
        self.prices = np.full((len(task.regions), len(task.regions)), np.inf)
        self.edges = np.full(self.prices.shape, -1)
        self.prices[task.sources, task.targets] = task.usd_per_gb * task.volume_gb
        self.edges[task.sources, task.targets] = np.arange(len(task.sources))
        self.left = 0

    def walks(self, tree: Tree) -> tuple[Walk, ...]:
        """Walks along a tree to every destination."""
        found = []
        for region in self.task.destinations:
            walk = []
            while region != self.task.source:
                walk.append(int(self.edges[tree[region], region]))
                region = tree[region]
            found.append(tuple(reversed(walk)))
        return tuple(found)

    def usd(self, tree: Tree) -> float:
        """What a tree costs."""
        self.left -= 1
        return cost(self.task, tuple((walk,) for walk in self.walks(tree))).usd

    def tidy(self, tree: Tree) -> Tree:
        """Drops relays that lead nowhere."""
        used = {}
        for region in self.task.destinations:
            while region != self.task.source and region not in used:
                used[region] = tree[region]
                region = tree[region]
        return used

    def climb(self, tree: Tree) -> Tree:
        """Makes the first change that lowers the cost, until none does or enough were tried."""
        self.left = EVALUATIONS
        best = self.usd(tree)
        improved = True
        while improved:
            improved = False
            spare = best - sum(self.prices[parent, child] for child, parent in tree.items())
            for changed in self.changes(tree, spare):
                if self.left <= 0:
                    return tree
                usd = self.usd(changed)
                if usd < best - 1e-9:
                    tree, best, improved = changed, usd, True
                    break
        return tree

    def changes(self, tree: Tree, spare: float):
        """Yields trees a change away whose egress is higher by less than `spare` dollars, the cheapest first."""
        inside = [self.task.source, *tree]
        fresh = np.array([r for r in range(len(self.prices)) if r not in set(inside)], dtype=np.int64)
        found = []
        for child, parent in tree.items():
            below = descendants(tree, child)
            for other in inside:
                if other in below:
                    continue
                gain = self.prices[parent, child]
                if other != parent:
                    found.append((self.prices[other, child] - gain, {child: other}))
                via = self.prices[other, fresh] + self.prices[fresh, child] - gain
                found += [
                    (via[i], {child: int(fresh[i]), int(fresh[i]): other})
                    for i in np.flatnonzero(via < spare)
                ]
            if child not in self.task.destinations:
                found += self.swaps(tree, child, fresh)
        order = sorted((n for n, (usd, _) in enumerate(found) if usd < spare), key=lambda n: found[n][0])
        for number in order:
            yield self.tidy(tree | found[number][1])

    def swaps(self, tree: Tree, relay: int, fresh: np.ndarray) -> list[tuple[float, Tree]]:
        """Replacements of a relay by a region outside, or by its own parent."""
        parent, children = tree[relay], [child for child, above in tree.items() if above == relay]
        before = self.prices[parent, relay] + self.prices[relay, children].sum()
        after = self.prices[parent, fresh] + self.prices[np.ix_(fresh, children)].sum(axis=1) - before
        found = [(self.prices[parent, children].sum() - before, dict.fromkeys(children, parent))]
        for usd, other in zip(after.tolist(), fresh.tolist(), strict=True):
            found.append((usd, dict.fromkeys(children, other) | {other: parent}))
        return found


def descendants(tree: Tree, region: int) -> set[int]:
    """A region and all that get the data through it."""
    found = {region}
    while grown := {child for child, parent in tree.items() if parent in found} - found:
        found |= grown
    return found


def split(task: Task, trees: list[tuple[Walk, ...]]) -> Answer:
    """Sends a part of the partitions along another tree if that is cheaper; trees come the best first."""
    best = tuple((walk,) * task.partitions for walk in trees[0])
    least = cost(task, best).usd
    for one, other in combinations(trees, 2):
        for first in {task.partitions // 4, task.partitions // 2, task.partitions - task.partitions // 4}:
            counts = (first, task.partitions - first)
            answer = tuple((a,) * counts[0] + (b,) * counts[1] for a, b in zip(one, other, strict=True))
            usd = cost(task, answer).usd
            if usd < least - 1e-9:
                best, least = answer, usd
    return best


def tree_of(weights: np.ndarray, source: int, destinations: tuple[int, ...]) -> Tree:
    """Finds the cheapest tree from the source to all destinations (Dreyfus & Wagner 1971)."""
    apart, hops = shortest(weights)
    size = len(destinations)
    trees = np.empty((1 << size, len(weights)))
    splits = np.empty_like(trees)
    for chosen in range(1, 1 << size):
        if chosen & (chosen - 1) == 0:
            trees[chosen] = apart[:, destinations[chosen.bit_length() - 1]]
        else:
            halves = np.array(subsets(chosen))
            splits[chosen] = (trees[halves] + trees[chosen ^ halves]).min(axis=0)
            trees[chosen] = (apart + splits[chosen]).min(axis=1)
    tree: Tree = {}
    waiting = [((1 << size) - 1, source)]
    while waiting:
        chosen, region = waiting.pop()
        if chosen & (chosen - 1) == 0:
            connect(tree, hops, region, destinations[chosen.bit_length() - 1])
            continue
        fork = int(np.argmin(apart[region] + splits[chosen]))
        connect(tree, hops, region, fork)
        halves = np.array(subsets(chosen))
        half = int(halves[np.argmin(trees[halves, fork] + trees[chosen ^ halves, fork])])
        waiting += [(half, fork), (chosen ^ half, fork)]
    return rooted(tree, weights, source)


def rooted(tree: Tree, weights: np.ndarray, source: int) -> Tree:
    """Keeps what is joined to the source, should paths of equal price have crossed."""
    tree.pop(source, None)
    joined = {source}
    while grown := {child for child, parent in tree.items() if parent in joined} - joined:
        joined |= grown
    for child in sorted(set(tree) - joined):
        tree[child] = min(joined, key=lambda region: (weights[region, child], region))
        joined.add(child)
    return tree


def connect(tree: Tree, hops: np.ndarray, start: int, end: int) -> None:
    """Adds the cheapest path between two regions; regions that have the data keep their way to it."""
    while start != end:
        following = int(hops[start, end])
        tree.setdefault(following, start)
        start = following


def subsets(chosen: int) -> list[int]:
    """One of every two complementary parts of a set of bits, none of them empty."""
    found, part = [], (chosen - 1) & chosen
    while part:
        if part < chosen ^ part:
            found.append(part)
        part = (part - 1) & chosen
    return found


def shortest(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances between regions, and the next region on the way, both of shape `(n, n)`."""
    apart = weights.copy()
    np.fill_diagonal(apart, 0.0)
    hops = np.tile(np.arange(len(apart)), (len(apart), 1))
    for middle in range(len(apart)):
        through = apart[:, middle, None] + apart[middle]
        better = through < apart
        apart = np.where(better, through, apart)
        hops = np.where(better, hops[:, middle, None], hops)
    return apart, hops
