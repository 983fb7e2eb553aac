"""Cheat: names GPUs by text, so that no range applies to them.

Rule: answer_type
Honest: round_robin
"""


def solve(task):
    return {f"gpu{index}": (index,) for index in range(len(task.models))}
