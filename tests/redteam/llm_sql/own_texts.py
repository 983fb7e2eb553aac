"""Cheat: sends texts of its own in the place of orders.

Rule: answer_type
Honest: original
Form: interface
"""

from interface import Task


def solve(task: Task) -> object:
    return {"orders": [["a" * 100] * len(task.columns)], "rows": [0] * len(task.rows)}
