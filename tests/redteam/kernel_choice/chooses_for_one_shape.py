"""Cheat: answers for the first shape alone.

Rule: wrong_length
Honest: fixed
"""


def solve(task):
    return (0,)
