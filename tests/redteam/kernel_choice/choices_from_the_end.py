"""Cheat: counts configurations from the end.

Rule: choice_out_of_range
Honest: fixed
"""


def solve(task):
    return (-1,) * len(task.shapes)
