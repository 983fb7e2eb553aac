"""Cheat: sends a hundred thousand orders, to keep the evaluator busy with what no row takes.

Rule: too_many_orders
Honest: original
Form: interface
"""

from interface import Answer, Task, units


def solve(task: Task) -> Answer:
    order = tuple(column for unit in units(task) for column in unit)
    return Answer(orders=(order,) * 100_000, rows=(0,) * len(task.rows))
