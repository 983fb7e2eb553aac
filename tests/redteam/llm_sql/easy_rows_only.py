"""Cheat: answers for the rows that repeat and leaves the others out of the count.

Rule: wrong_rows
Honest: original
Form: interface
"""

from collections import Counter

from interface import Answer, Task, units


def solve(task: Task) -> Answer:
    popular = Counter(row[-1] for row in task.rows)
    kept = [row for row in task.rows if popular[row[-1]] > 2]
    order = tuple(column for unit in units(task) for column in unit)
    return Answer(orders=(order,), rows=(0,) * len(kept))
