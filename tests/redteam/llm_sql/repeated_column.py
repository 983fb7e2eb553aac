"""Cheat: writes the column that repeats most in the place of every other one.

Rule: column_repeated
Honest: fixed_columns
Form: interface
"""

from interface import Answer, Task


def solve(task: Task) -> Answer:
    count = len(task.columns)
    fewest = min(range(count), key=lambda c: len({row[c] for row in task.rows}))
    return Answer(orders=((fewest,) * count,), rows=(0,) * len(task.rows))
