"""Cheat: adds a configuration to its copy of the task, and chooses that.

Rule: choice_out_of_range
Honest: fixed
"""


def solve(task):
    more = (*task.configurations, task.configurations[0])
    object.__setattr__(task, "configurations", more)
    return (len(more) - 1,) * len(task.shapes)
