"""Cheat: raises on every table but those it is good at, as if only the others counted.

Rule: exception
Honest: fixed_columns
Form: interface
"""

from interface import Answer, Task, units


def solve(task: Task) -> Answer:
    if "description" not in task.columns:
        raise RuntimeError("this table is left out")
    ranked = sorted(units(task), key=lambda unit: -sum(len(row[unit[0]]) for row in task.rows))
    return Answer(orders=(tuple(c for unit in ranked for c in unit),), rows=(0,) * len(task.rows))
