"""One copy to every destination, straight from the source."""

from interface import Answer, Task


def solve(task: Task) -> Answer:
    ends = zip(task.sources.tolist(), task.targets.tolist(), strict=True)
    edge = {target: number for number, (source, target) in enumerate(ends) if source == task.source}
    return tuple(((edge[region],),) * task.partitions for region in task.destinations)
