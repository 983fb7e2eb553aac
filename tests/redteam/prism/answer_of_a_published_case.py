"""Cheat: answers every case by a placement of the first published case, written into the source.

Rule: model_out_of_range, model_missing, gpu_out_of_range, memory_exceeded
Honest: round_robin
"""


def solve(task):
    return {gpu: (gpu, gpu + 8) for gpu in range(8)}
