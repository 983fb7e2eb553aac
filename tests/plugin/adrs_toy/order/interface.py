"""Jobs on one machine: in which order, so that the weighted sum of their finishing times is least?

A policy is a module that imports what it needs from `interface` and defines

    def solve(task: Task) -> Answer:
        '''Returns an order of the jobs: each index of `task.jobs` exactly once.'''
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Job(NamedTuple):
    """A job; times are whole seconds."""

    length_s: int
    weight: int
    due_s: int


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be ordered."""

    jobs: tuple[Job, ...]
    cpu_s: float
    """CPU seconds that one `solve` may take."""


Answer = tuple[int, ...]
"""Indices of jobs, the first to run first."""


def finishing_times(jobs: Sequence[Job], order: Sequence[int]) -> list[int]:
    """When each job of the order ends, in the order's order."""
    times, now = [], 0
    for index in order:
        now += jobs[index].length_s
        times.append(now)
    return times


def cost(jobs: Sequence[Job], order: Sequence[int]) -> int:
    """Weighted sum of finishing times, lower is better."""
    times = finishing_times(jobs, order)
    return sum(jobs[index].weight * time for index, time in zip(order, times, strict=True))
