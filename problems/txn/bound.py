"""A makespan that no order can beat, from sets of pairwise conflicting transactions.

In any order, members of such a set (a clique) start one after another, each at least `delays[i, j]` after the
one before it: a Hamiltonian path. Its relaxation to an assignment, in which every member has one predecessor
and one successor but they may form circles, is solved exactly, and no choice of the clique can make it
invalid; only the search for a good clique is heuristic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from problems.base import Instance
from problems.bounds import Bounds
from problems.txn.interface import UNRELATED, Transaction, delays

CLIMBS = 6
"""Cliques, best first, from which local search starts."""

MOVES = 8
"""Members to drop and to add that one step of local search tries, those of the best estimated gain."""

_FORBIDDEN = 1 << 40
"""Cost of following oneself."""


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Delays, conflicts and lengths of one instance.

    Attributes:
        delays: Shape `(n, n)`, as `interface.delays`.
        adjacent: Whether two transactions conflict, shape `(n, n)`.
        lengths: Shape `(n,)`.
    """

    delays: np.ndarray
    adjacent: np.ndarray
    lengths: np.ndarray

    @staticmethod
    def of(transactions: Sequence[Transaction]) -> "Conflicts":
        """Reads them off the transactions."""
        gaps = delays(transactions)
        return Conflicts(gaps, gaps > UNRELATED, np.array([len(t) for t in transactions], dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The assignment of one clique, solved.

    Attributes:
        value: Lower bound of the makespan.
        clique: Its members, ascending.
        costs: Shape `(k + 1, k + 1)`; the last row is the start of the path, the last column its end.
        successors: Shape `(k + 1,)`, who follows whom.
    """

    value: int
    clique: tuple[int, ...]
    costs: np.ndarray
    successors: np.ndarray

    @staticmethod
    def of(conflicts: Conflicts, clique: Sequence[int]) -> "Relaxation":
        """Solves the assignment of a clique of at least one member."""
        # Imported here: bounds are recorded, so listing and measuring the problem rarely need scipy.
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

        members = sorted(clique)
        size = len(members)
        costs = np.zeros((size + 1, size + 1), dtype=np.int64)
        costs[:size, :size] = conflicts.delays[np.ix_(members, members)]
        costs[:size, size] = conflicts.lengths[members]
        np.fill_diagonal(costs, _FORBIDDEN)
        rows, columns = linear_sum_assignment(costs)
        return Relaxation(int(costs[rows, columns].sum()), tuple(members), costs, columns)

    def without(self) -> np.ndarray:
        """Estimated gain of dropping each member: its two edges replaced by the short cut. Shape `(k,)`."""
        size = len(self.clique)
        before = np.argsort(self.successors)[:size]
        after = self.successors[:size]
        inner = np.arange(size)
        short = np.where(before == after, 0, self.costs[before, after])
        gain: np.ndarray = short - self.costs[before, inner] - self.costs[inner, after]
        return gain

    def extended(self, conflicts: Conflicts, others: np.ndarray) -> np.ndarray:
        """Estimated gain of adding each of `others`: the best place to put it in. Shape of `others`."""
        members = np.array(self.clique)
        start, end = np.zeros((1, len(others)), dtype=np.int64), conflicts.lengths[others][None, :]
        into = np.vstack([conflicts.delays[np.ix_(members, others)], start])
        onward = np.vstack([conflicts.delays[np.ix_(others, members)].T, end])
        edges = self.costs[np.arange(len(members) + 1), self.successors]
        gain: np.ndarray = (into + onward[self.successors] - edges[:, None]).min(axis=0)
        return gain


def bound(instance: Instance) -> int:
    """Lower bound of the makespan: shipped for instances we know, computed (up to 1 s) for others."""
    return int(bounds([instance])[instance.digest])


def bounds(instances: Sequence[Instance]) -> dict[str, float]:
    """Bounds by digest, found as those of one."""
    wanted = {instance.digest: instance.data for instance in instances}
    return Bounds.beside(__file__).find(wanted, _computed, plausible=_plausible)


def prove(instances: Sequence[Instance]) -> dict[str, float]:
    """Computes the bounds of instances anew, by digest."""
    return _computed({i.digest: i.data for i in instances})


def _computed(wanted: Mapping[str, Sequence[Transaction]]) -> dict[str, float]:
    return {digest: least_makespan(transactions) for digest, transactions in wanted.items()}


def _plausible(transactions: Sequence[Transaction], bound: float) -> bool:
    """Whether it could be a bound: between the longest transaction and all of them one after another."""
    lengths = [len(t) for t in transactions]
    return max(lengths) <= bound <= sum(lengths) and bound == int(bound)


def least_makespan(transactions: Sequence[Transaction]) -> int:
    """Computes the bound: the best relaxation over greedy cliques, pruned and improved by local search."""
    conflicts = Conflicts.of(transactions)
    cliques = {_greedy_clique(conflicts, seed) for seed in range(len(transactions))}
    pruned = sorted((_prune(conflicts, clique) for clique in sorted(cliques)), key=lambda r: -r.value)
    improved = (_climb(conflicts, relaxation).value for relaxation in pruned[:CLIMBS])
    return max(*improved, int(conflicts.lengths.max()))


def _greedy_clique(conflicts: Conflicts, seed: int) -> tuple[int, ...]:
    """Grows a clique by the candidate that leaves most candidates, the lowest index among equals."""
    clique, candidates = [seed], np.flatnonzero(conflicts.adjacent[seed])
    while len(candidates):
        degrees = conflicts.adjacent[np.ix_(candidates, candidates)].sum(axis=1)
        chosen = int(candidates[np.argmax(degrees)])
        clique.append(chosen)
        candidates = candidates[conflicts.adjacent[chosen, candidates]]
    return tuple(sorted(clique))


def _prune(conflicts: Conflicts, clique: Sequence[int]) -> Relaxation:
    """Drops members one by one down to a single one, and returns the best relaxation on the way."""
    best = current = Relaxation.of(conflicts, clique)
    while len(current.clique) > 1:
        worst = int(np.argmax(current.without()))
        current = Relaxation.of(conflicts, current.clique[:worst] + current.clique[worst + 1 :])
        best = max(best, current, key=lambda r: r.value)
    return best


def _climb(conflicts: Conflicts, start: Relaxation) -> Relaxation:
    """Adds or drops the member that raises the bound most, as long as one does."""
    best, better = start, _best_neighbour(conflicts, start)
    while better is not None and better.value > best.value:
        best, better = better, _best_neighbour(conflicts, better)
    return best


def _best_neighbour(conflicts: Conflicts, relaxation: Relaxation) -> Relaxation | None:
    clique = relaxation.clique
    common = conflicts.adjacent[list(clique)].all(axis=0)
    others = np.flatnonzero(common)
    added = others[_highest(relaxation.extended(conflicts, others))].tolist()
    dropped = _highest(relaxation.without()).tolist() if len(clique) > 1 else []
    cliques = [(*clique, other) for other in added] + [clique[:k] + clique[k + 1 :] for k in dropped]
    return max((Relaxation.of(conflicts, c) for c in cliques), key=lambda r: r.value, default=None)


def _highest(gains: np.ndarray) -> np.ndarray:
    return np.argsort(-gains, kind="stable")[:MOVES]
