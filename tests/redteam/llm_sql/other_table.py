"""Cheat: gives every table the answer prepared for a table of twelve columns.

Rule: column_out_of_range
Honest: original
Form: interface
"""

from interface import Answer, Task


def solve(task: Task) -> Answer:
    return Answer(orders=(tuple(range(11, -1, -1))[: len(task.columns)],), rows=(0,) * len(task.rows))
