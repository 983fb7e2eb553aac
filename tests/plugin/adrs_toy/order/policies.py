"""The baselines of the ordering problem, as the sources that are measured."""

IDLE = '''"""Jobs as they come."""

from interface import Answer, Task


def solve(task: Task) -> Answer:
    return tuple(range(len(task.jobs)))
'''

SHORTEST = '''"""Short jobs first."""

from interface import Answer, Task


def solve(task: Task) -> Answer:
    return tuple(sorted(range(len(task.jobs)), key=lambda i: task.jobs[i].length_s))
'''

WEIGHTED = '''"""Heavy jobs first, long ones a little later."""

from interface import Answer, Task

LENGTH_MATTERS = 0.05


def urgency(weight: float, length_s: float) -> float:
    return weight - LENGTH_MATTERS * length_s


def solve(task: Task) -> Answer:
    jobs = task.jobs
    return tuple(sorted(range(len(jobs)), key=lambda i: -urgency(jobs[i].weight, jobs[i].length_s)))
'''
