"""How each part of the data reaches each destination, for people, and what it adds to the bill."""

from collections.abc import Sequence

from problems.base import Instance
from problems.cloudcast.instances import Case
from problems.cloudcast.interface import Answer


def timeline(
    instance: Instance, _: Sequence[object], answers: Sequence[Answer]
) -> list[dict[str, float | str]]:
    """Tells each walk, destination by destination: the decision is the regions that it passes.

    `egress_usd` is for the edges that the partition is not yet sent over in a row before; `slowest_gbit_s` is
    that of the walk's edges before regions share their throughput among them.
    """
    case: Case = instance.data
    task, paid = case.task(0.0), set[tuple[int, int]]()
    part_gb = task.volume_gb / task.partitions
    rows: list[dict[str, float | str]] = []
    for destination, walks in zip(task.destinations, answers[0], strict=True):
        for partition, walk in enumerate(walks):
            added = [edge for edge in walk if (edge, partition) not in paid]
            paid.update((edge, partition) for edge in added)
            passed = [task.regions[int(task.targets[edge])] for edge in walk]
            rows.append(
                {
                    "destination": task.regions[destination],
                    "partition": partition,
                    "decision": " > ".join([task.regions[task.source], *passed]),
                    "edges": len(walk),
                    "shared_edges": len(walk) - len(added),
                    "part_gb": part_gb,
                    "egress_usd": sum(part_gb * float(task.usd_per_gb[edge]) for edge in added),
                    "slowest_gbit_s": min(float(task.gbit_s[edge]) for edge in walk),
                }
            )
    return rows
