"""Cheat: hides half of the models on GPUs that are counted from the end.

Rule: gpu_out_of_range
Honest: round_robin
"""


def solve(task):
    count, gpus = len(task.models), task.gpu_count
    return {(-1) ** gpu * gpu: tuple(range(gpu, count, gpus)) for gpu in range(gpus)}
