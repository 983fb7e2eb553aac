"""Shortest transaction first, so that few wait long behind one."""

import numpy as np
from interface import Answer, Schedule, Task, delays

LENGTH_WEIGHT = 1.0
"""Cost of a step of the transaction's own length."""


def solve(task: Task) -> Answer:
    """Builds one order greedily."""
    lengths = np.array([len(transaction) for transaction in task.transactions])
    schedule = build(Schedule(delays(task.transactions), lengths), np.arange(len(lengths)))
    return tuple(schedule.order)


def build(schedule: Schedule, waiting: np.ndarray) -> Schedule:
    """Appends the cheapest of those that wait, until none waits."""
    while len(waiting):
        chosen = np.argmin(cost(schedule, waiting))
        schedule.append(waiting[chosen])
        waiting = np.delete(waiting, chosen)
    return schedule


def cost(schedule: Schedule, waiting: np.ndarray) -> np.ndarray:
    """Cost of appending each of `waiting` next, lower is better."""
    return LENGTH_WEIGHT * schedule.lengths[waiting]
