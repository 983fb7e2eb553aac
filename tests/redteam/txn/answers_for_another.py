"""Cheat: always gives the order of one published instance, whatever is asked.

Rule: index_out_of_range, missing_index, wrong_length
Honest: conflict_greedy
"""


def solve(task):
    return tuple(range(99, -1, -1)) if len(task.transactions) != 100 else tuple(range(50))
