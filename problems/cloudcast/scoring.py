"""The trusted side: checks walks, prices them, and says how they behave."""

from collections.abc import Mapping, Sequence

from problems.base import Instance, InvalidAnswer, Limits, Outcome
from problems.cloudcast.instances import Case
from problems.cloudcast.interface import Answer, Bill, Task, Walk, cost


class Broadcast:
    """Measures broadcasts: least egress / cost, so 1 would be the cheapest tree, sent in no time."""

    def task(self, instance: Instance, limits: Limits, /) -> Task:
        """Shows network, transfer and CPU budget; nothing of the bound."""
        case: Case = instance.data
        return case.shown_task(limits.solve_cpu_s)

    def measure(self, instance: Instance, answer: Answer, /) -> Outcome:
        """Scores an answer.

        Raises:
            InvalidAnswer: `wrong_destinations`, `wrong_partitions`, `walk_empty`, `edge_out_of_range`,
                `walk_wrong_start`, `walk_broken`, `walk_revisits`, `walk_wrong_end`.
        """
        case: Case = instance.data
        task = case.task(0.0)
        check(task, answer)
        bill = cost(task, answer)
        return Outcome(score=case.bound_usd / bill.usd, metrics=_metrics(task, answer, bill))


def check(task: Task, answer: Answer) -> None:
    """Raises at the first part of the answer that breaks a rule."""
    expected = len(task.destinations)
    if len(answer) != expected:
        message = f"expected walks to {expected} destinations, but got {len(answer)}"
        raise InvalidAnswer("wrong_destinations", message, f"[{min(len(answer), expected)}]")
    known: dict[tuple[int, Walk], None] = {}  # partitions often share walks; one check is enough
    for d, (destination, walks) in enumerate(zip(task.destinations, answer, strict=True)):
        if len(walks) != task.partitions:
            message = f"expected walks of {task.partitions} partitions, but got {len(walks)}"
            element = f"[{d}][{min(len(walks), task.partitions)}]"
            raise InvalidAnswer("wrong_partitions", message, element)
        for p, walk in enumerate(walks):
            if (d, walk) not in known:
                _check_walk(task, walk, destination, f"[{d}][{p}]")
                known[d, walk] = None


def _check_walk(task: Task, walk: Walk, destination: int, place: str) -> None:
    """Raises at the first edge by which the walk does not lead from the source to the destination."""
    if not walk:
        raise InvalidAnswer("walk_empty", "expected at least one edge, but got none", place)
    at, visited = task.source, {task.source}
    for step, edge in enumerate(walk):
        element = f"{place}[{step}]"
        if type(edge) is not int or not 0 <= edge < len(task.sources):
            message = f"expected an edge from 0 to {len(task.sources) - 1}, but got {edge!r:.40}"
            raise InvalidAnswer("edge_out_of_range", message, element)
        start, end = int(task.sources[edge]), int(task.targets[edge])
        if start != at:
            expected = f"an edge out of {task.regions[at]}" if step else f"to start at {task.regions[at]}"
            message = f"expected {expected}, but edge {edge} leaves {task.regions[start]}"
            raise InvalidAnswer("walk_broken" if step else "walk_wrong_start", message, element)
        if end in visited:
            message = f"edge {edge} enters {task.regions[end]}, where the walk was before"
            raise InvalidAnswer("walk_revisits", message, element)
        at = end
        visited.add(end)
    if at != destination:
        message = f"expected to end at {task.regions[destination]}, but the walk ends at {task.regions[at]}"
        raise InvalidAnswer("walk_wrong_end", message, f"{place}[{len(walk) - 1}]")


def _metrics(task: Task, answer: Answer, bill: Bill) -> Mapping[str, float]:
    walks = [walk for to_one in answer for walk in to_one]
    relays = {int(task.targets[edge]) for walk in set(walks) for edge in walk} - set(task.destinations)
    sd_vm_usd = bill.regions * task.vms * (task.vm_usd_h / 3600.0) * bill.longest_walk_s
    return {
        "cost_usd": bill.usd,
        "egress_usd": bill.egress_usd,
        "vm_usd": bill.vm_usd,
        "transfer_s": bill.transfer_s,
        "sd_cost_usd": bill.egress_usd + sd_vm_usd,
        "walk_edges": sum(map(len, walks)) / len(walks),
        "relays": float(len(relays)),
        "trees": float(_distinct(answer)),
    }


def _distinct(answer: Sequence[Sequence[Walk]]) -> int:
    """Number of partitions that travel differently."""
    return len(set(zip(*answer, strict=True)))
