"""Cheat: places models on GPUs between the GPUs, at 0.0, 0.5, 1.0 and so on.

Rule: answer_type
Honest: round_robin
"""


def solve(task):
    return {index / 2: (index,) for index in range(len(task.models))}
