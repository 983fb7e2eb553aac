"""Cheat: asks for a configuration far beyond the last.

Rule: choice_out_of_range
Honest: fixed
"""


def solve(task):
    return (10**18,) * len(task.shapes)
