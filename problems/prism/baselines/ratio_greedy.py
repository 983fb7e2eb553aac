"""Prism's global placement: by falling demand, each model to the GPU under the lowest pressure where it fits.

Yu 2025, "Prism", Algorithm 1 without migration costs.
"""

from interface import Answer, Task, demand


def solve(task: Task) -> Answer:
    placed = [[] for _ in range(task.gpu_count)]
    free = [task.gpu_memory_gb] * task.gpu_count
    demands = [0.0] * task.gpu_count
    for index in sorted(range(len(task.models)), key=lambda index: -demand(task.models[index])):
        model = task.models[index]
        fitting = [gpu for gpu in range(task.gpu_count) if model.size_gb < free[gpu]]
        if not fitting:
            return largest_first(task)
        gpu = min(fitting, key=lambda gpu: demands[gpu] / free[gpu])
        placed[gpu].append(index)
        free[gpu] -= model.size_gb
        demands[gpu] += demand(model)
    return {gpu: tuple(indices) for gpu, indices in enumerate(placed)}


def largest_first(task: Task) -> Answer:
    """Best fit by size, which always finds a placement: the largest first, where the least is left."""
    placed = [[] for _ in range(task.gpu_count)]
    free = [task.gpu_memory_gb] * task.gpu_count
    for index in sorted(range(len(task.models)), key=lambda index: -task.models[index].size_gb):
        size = task.models[index].size_gb
        gpu = min((gpu for gpu in range(task.gpu_count) if size < free[gpu]), key=free.__getitem__)
        placed[gpu].append(index)
        free[gpu] -= size
    return {gpu: tuple(indices) for gpu, indices in enumerate(placed)}
