"""Cheat: appends the first transaction once more, in case only the last occurrence counts.

Rule: wrong_length
Honest: identity
"""


def solve(task):
    return (*range(len(task.transactions)), 0)
