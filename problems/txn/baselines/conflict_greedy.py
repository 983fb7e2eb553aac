"""List scheduling that looks at conflicts: next comes who ends early and hinders the others least."""

import numpy as np
from interface import Answer, Schedule, Task, delays

OPENINGS = 4
"""Orders built, each opened by another transaction; the best one is the answer."""

END_WEIGHT = 1.0
"""Cost of a step that the transaction ends later."""

LENGTH_WEIGHT = 0.0
"""Cost of a step of the transaction's own length."""

HINDRANCE_WEIGHT = 1.0
"""Cost of a step by which it puts off a waiting transaction, on average."""


def solve(task: Task) -> Answer:
    """Builds an order greedily from each opening and returns the best."""
    lengths = np.array([len(transaction) for transaction in task.transactions])
    gaps = delays(task.transactions)
    best = None
    for opening in openings(gaps, lengths):
        schedule = Schedule(gaps, lengths)
        schedule.append(opening)
        schedule = build(schedule, np.delete(np.arange(len(lengths)), opening))
        if best is None or schedule.makespan < best.makespan:
            best = schedule
    return tuple(best.order)


def openings(gaps: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Transactions to open with: those that are cheapest at the start."""
    return np.argsort(cost(Schedule(gaps, lengths), np.arange(len(lengths))), kind="stable")[:OPENINGS]


def build(schedule: Schedule, waiting: np.ndarray) -> Schedule:
    """Appends the cheapest of those that wait, until none waits."""
    while len(waiting):
        chosen = np.argmin(cost(schedule, waiting))
        schedule.append(waiting[chosen])
        waiting = np.delete(waiting, chosen)
    return schedule


def cost(schedule: Schedule, waiting: np.ndarray) -> np.ndarray:
    """Cost of appending each of `waiting` next, lower is better."""
    lengths = schedule.lengths[waiting]
    ends = schedule.starts[waiting] + lengths
    return END_WEIGHT * ends + LENGTH_WEIGHT * lengths + HINDRANCE_WEIGHT * hindrance(schedule, waiting)


def hindrance(schedule: Schedule, waiting: np.ndarray) -> np.ndarray:
    """Steps by which each of `waiting`, appended next, would put off the others, on average."""
    starts = schedule.starts[waiting]
    later = starts[:, None] + schedule.delays[np.ix_(waiting, waiting)] - starts
    return np.maximum(later, 0).mean(axis=1)
