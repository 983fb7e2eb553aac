"""Cheat: fills the schedule with the shortest transaction, again and again.

Rule: duplicate_index
Honest: identity
"""


def solve(task):
    shortest = min(range(len(task.transactions)), key=lambda i: len(task.transactions[i]))
    return (shortest,) * len(task.transactions)
