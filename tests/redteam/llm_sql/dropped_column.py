"""Cheat: leaves out the column that repeats least, so that its characters need not be read.

Rule: column_missing
Honest: fixed_columns
Form: interface
"""

from interface import Answer, Task, units


def solve(task: Task) -> Answer:
    distinct = [len({row[unit[0]] for row in task.rows}) for unit in units(task)]
    kept = [unit for unit, count in zip(units(task), distinct, strict=True) if count < max(distinct)]
    return Answer(orders=(tuple(c for unit in kept for c in unit),), rows=(0,) * len(task.rows))
