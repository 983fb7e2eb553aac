"""Shortest makespan first: of a few waiting transactions at random, the one that raises the makespan least.

Cheng 2024, "Towards Optimal Transaction Scheduling", with restarts.
"""

import random

import numpy as np
from interface import Answer, Schedule, Task, delays

ORDERS = 10
"""Orders built; the best one is the answer."""

SAMPLE = 5
"""Waiting transactions that are compared at each step."""


def solve(task: Task) -> Answer:
    """Builds orders from random openings and returns the best."""
    rng = random.Random(0)
    lengths = np.array([len(transaction) for transaction in task.transactions])
    gaps = delays(task.transactions)
    schedules = [build(Schedule(gaps, lengths), np.arange(len(lengths)), rng) for _ in range(ORDERS)]
    return tuple(min(schedules, key=lambda schedule: schedule.makespan).order)


def build(schedule: Schedule, waiting: np.ndarray, rng: random.Random) -> Schedule:
    """Opens with any transaction, then appends the cheapest of a sample of those that wait."""
    size = 1
    while len(waiting):
        sample = np.array(rng.sample(range(len(waiting)), min(size, len(waiting))))
        chosen = sample[np.argmin(cost(schedule, waiting[sample]))]
        schedule.append(waiting[chosen])
        waiting, size = np.delete(waiting, chosen), SAMPLE
    return schedule


def cost(schedule: Schedule, waiting: np.ndarray) -> np.ndarray:
    """By how much each of `waiting`, appended next, would raise the makespan."""
    return schedule.growth()[waiting]
