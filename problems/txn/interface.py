"""Transaction ordering: in which order should known transactions run, so that all are done soonest?

A policy is a module that imports what it needs from `interface` and defines

    def solve(task: Task) -> Answer:
        '''Returns an order of the transactions: each index of `task.transactions` exactly once.'''

The evaluator computes `makespan(task.transactions, answer)`, lower is better, by the function below.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

READ, WRITE, IDLE = "r", "w", "*"
"""Kinds of operation. Two operations on one key conflict unless both are READ; IDLE only passes time."""

UNRELATED = -(1 << 40)
"""Delay between transactions without a conflict: so low that it never binds."""

Operation = tuple[str, int]
"""Kind and key, such as `("w", 17)`; the key of IDLE is -1."""

Transaction = tuple[Operation, ...]
"""One operation a time step, in order; its length is the time it takes once started."""

Answer = tuple[int, ...]
"""Indices of transactions, the first to be placed first."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be ordered."""

    transactions: tuple[Transaction, ...]
    cpu_s: float
    """CPU seconds that one `solve` may take."""


def makespan(transactions: Sequence[Transaction], order: Sequence[int]) -> int:
    """Time step at which the last transaction ends; the first step is 1. Of a part of an order, too.

    Transactions are placed one after the other, each at the earliest start at which every operation comes
    after all conflicting operations of those placed before. Without conflicts they run side by side.
    """
    last_write: dict[int, int] = {}
    last_use: dict[int, int] = {}
    end = 0
    for index in order:
        start = 1
        for offset, (kind, key) in enumerate(transactions[index]):
            if kind != IDLE:
                earlier = last_use if kind == WRITE else last_write
                start = max(start, earlier.get(key, 0) + 1 - offset)
        for step, (kind, key) in enumerate(transactions[index], start):
            if kind == WRITE:
                last_write[key] = step
            if kind != IDLE:
                last_use[key] = max(step, last_use.get(key, 0))
        end = max(end, start + len(transactions[index]) - 1)
    return end


def delays(transactions: Sequence[Transaction]) -> np.ndarray:
    """Least time between starts: entry `[i, j]` says how long after `i` an after-placed `j` starts.

    The start of `j` is the maximum, over all `i` before it, of start of `i` + `delays[i, j]`, and at least 1.
    Entries may be negative (`j` may start before `i`), UNRELATED without a conflict. Shape `(n, n)`.
    """
    uses: dict[int, list[tuple[int, int, bool]]] = {}
    for index, transaction in enumerate(transactions):
        for offset, (kind, key) in enumerate(transaction):
            if kind != IDLE:
                uses.setdefault(key, []).append((index, offset, kind == WRITE))
    size = len(transactions)
    flat = np.full(size * size, UNRELATED, dtype=np.int64)
    for users in uses.values():
        indices, offsets, writes = np.array(users).T
        first, second = np.nonzero(writes[:, None] | writes)
        np.maximum.at(flat, indices[first] * size + indices[second], offsets[first] - offsets[second] + 1)
    gaps = flat.reshape(size, size)
    np.fill_diagonal(gaps, UNRELATED)
    return gaps


class Schedule:
    """An order under construction that knows what appending each transaction would cost.

    Make `delays` once and start any number of schedules from it: an append is one array operation.

    Attributes:
        order: What was appended so far.
        makespan: Time step at which the last of these ends; 0 if there are none.
        starts: For every transaction, the step at which it would start if it were appended next.
    """

    def __init__(self, delays: np.ndarray, lengths: np.ndarray) -> None:
        self.delays = delays
        self.lengths = lengths
        self.order: list[int] = []
        self.makespan = 0
        self.starts = np.ones(len(lengths), dtype=np.int64)

    def growth(self) -> np.ndarray:
        """Append-cost: by how much each transaction, appended next, would raise the makespan."""
        growth: np.ndarray = np.maximum(self.starts + self.lengths - 1 - self.makespan, 0)
        return growth

    def append(self, index: int) -> None:
        """Places a transaction that is not in `order` yet."""
        start = int(self.starts[index])
        self.order.append(int(index))
        self.makespan = max(self.makespan, start + int(self.lengths[index]) - 1)
        np.maximum(self.starts, start + self.delays[index], out=self.starts)
