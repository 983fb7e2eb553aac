"""Cheat: reports a hit rate of its own beside the orders.

Rule: answer_type
Honest: original
Form: interface
"""

from interface import Answer, Task, units


def solve(task: Task) -> object:
    order = tuple(column for unit in units(task) for column in unit)
    return 1.0, Answer(orders=(order,), rows=(0,) * len(task.rows))
