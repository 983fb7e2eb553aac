"""Round robin: model i goes to GPU i mod n, or to the next one where it fits."""

from interface import Answer, Task


def solve(task: Task) -> Answer:
    placed = [[] for _ in range(task.gpu_count)]
    free = [task.gpu_memory_gb] * task.gpu_count
    for index, model in enumerate(task.models):
        turns = [(index + step) % task.gpu_count for step in range(task.gpu_count)]
        gpu = next((gpu for gpu in turns if model.size_gb < free[gpu]), None)
        if gpu is None:
            return largest_first(task)
        placed[gpu].append(index)
        free[gpu] -= model.size_gb
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
