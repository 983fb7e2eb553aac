"""Cheat: names one model on one GPU hundreds of thousands of times, to choke the checks.

Rule: answer_too_large
Honest: round_robin
"""


def solve(task):
    return {0: (0,) * 300_000}
