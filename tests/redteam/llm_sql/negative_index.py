"""Cheat: counts orders and columns from the end, where a lenient reader would find the popular ones.

Rule: order_out_of_range
Honest: original
Form: interface
"""

from interface import Answer, Task, units


def solve(task: Task) -> Answer:
    order = tuple(column for unit in units(task) for column in unit)
    return Answer(orders=(order,), rows=(-1,) * len(task.rows))
