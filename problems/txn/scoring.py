"""The trusted side: checks an order, computes its makespan and how it behaves."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

import numpy as np

from problems.base import Instance, InvalidAnswer, Limits, Outcome
from problems.txn.bound import bound
from problems.txn.interface import IDLE, WRITE, Answer, Task, Transaction, makespan


class Ordering:
    """Measures orders of transactions: bound / makespan, so 1 is an order proven to be the best."""

    def task(self, instance: Instance, limits: Limits, /) -> Task:
        """Shows the transactions and the CPU budget; nothing of the bound."""
        return Task(transactions=instance.data, cpu_s=limits.solve_cpu_s)

    def measure(self, instance: Instance, answer: Answer, /) -> Outcome:
        """Scores an order.

        Raises:
            InvalidAnswer: `index_out_of_range`, `duplicate_index`, `wrong_length`, `missing_index`.
        """
        transactions: Sequence[Transaction] = instance.data
        _check(answer, len(transactions))
        least, reached = bound(instance), makespan(transactions, answer)
        metrics = {
            "makespan": float(reached),
            "bound": float(least),
            "length_order": _length_order(transactions, answer),
            "adjacency": _adjacency(transactions, answer),
        }
        return Outcome(score=least / reached, metrics=metrics)


def _check(answer: Answer, count: int) -> None:
    """Raises at the first element by which the answer is no order of `count` transactions."""
    if len(answer) > count:
        raise InvalidAnswer("wrong_length", f"expected {count} indices, but got {len(answer)}", f"[{count}]")
    first: dict[int, int] = {}
    for position, index in enumerate(answer):
        if type(index) is not int or not 0 <= index < count:
            message = f"expected an index from 0 to {count - 1}, but got {index!r:.40}"
            raise InvalidAnswer("index_out_of_range", message, f"[{position}]")
        if index in first:
            message = f"index {index} stands at [{first[index]}] already; every index is to be used once"
            raise InvalidAnswer("duplicate_index", message, f"[{position}]")
        first[index] = position
    missing = [index for index in range(count) if index not in first]
    if missing:
        message = f"{len(missing)} of {count} indices are missing, the first is {missing[0]}"
        raise InvalidAnswer("missing_index", message, f"[{len(answer)}]")


def _length_order(transactions: Sequence[Transaction], order: Sequence[int]) -> float:
    """Rank correlation of place and length, from 0 (longest first) to 1; 0.5 if all are equally long.

    Sums are of integers, so every machine finds the same archive cell.
    """
    lengths = np.array([len(transactions[index]) for index in order])
    below = (lengths[:, None] > lengths).sum(axis=1)
    above = (lengths[:, None] < lengths).sum(axis=1)
    ranks = below - above
    places = 2 * np.arange(len(order)) - (len(order) - 1)
    scale = int(ranks @ ranks) * int(places @ places)
    return 0.5 if scale == 0 else 0.5 + 0.5 * int(ranks @ places) / sqrt(scale)


def _adjacency(transactions: Sequence[Transaction], order: Sequence[int]) -> float:
    """Share of neighbours in the order that conflict; 0 if there are no neighbours."""
    used = [{key for kind, key in t if kind != IDLE} for t in transactions]
    written = [{key for kind, key in t if kind == WRITE} for t in transactions]
    free = sum(used[a].isdisjoint(written[b]) and written[a].isdisjoint(used[b]) for a, b in pairwise(order))
    return 1.0 - free / (len(order) - 1) if len(order) > 1 else 0.0
