"""Columns as they come, merged ones last: what a system does that does not look at its data."""

from interface import Answer, Task, units


def solve(task: Task) -> Answer:
    order = tuple(column for unit in units(task) for column in unit)
    return Answer(orders=(order,), rows=(0,) * len(task.rows))
