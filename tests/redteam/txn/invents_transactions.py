"""Cheat: replaces the dear transactions by others that do not exist.

Rule: index_out_of_range
Honest: identity
"""


def solve(task):
    count = len(task.transactions)
    return tuple(i if len(task.transactions[i]) < 8 else count + i for i in range(count))
