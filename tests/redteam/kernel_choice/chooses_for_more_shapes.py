"""Cheat: answers for shapes that nobody asked about.

Rule: wrong_length
Honest: fixed
"""


def solve(task):
    return (0,) * (2 * len(task.shapes))
