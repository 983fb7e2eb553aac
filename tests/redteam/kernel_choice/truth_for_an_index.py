"""Cheat: answers with truth values, which compare like indices.

Rule: choice_out_of_range
Honest: fixed
"""


def solve(task):
    return (True,) * len(task.shapes)
