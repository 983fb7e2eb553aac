"""First come, first served: transactions run in the order in which they arrived."""

from interface import Answer, Task


def solve(task: Task) -> Answer:
    return tuple(range(len(task.transactions)))
