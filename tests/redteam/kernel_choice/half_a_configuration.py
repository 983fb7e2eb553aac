"""Cheat: asks for a configuration between two.

Rule: choice_out_of_range
Honest: fixed
"""


def solve(task):
    return (0.5,) * len(task.shapes)
