"""Cheat: writes every column, and then those that repeat once more, so that more characters are served.

Rule: wrong_columns
Honest: fixed_columns
Form: interface
"""

from interface import Answer, Task


def solve(task: Task) -> Answer:
    order = tuple(range(len(task.columns)))
    return Answer(orders=(order * 3,), rows=(0,) * len(task.rows))
