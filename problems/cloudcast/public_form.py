"""A policy that runs a program written for the public simulator, on a copy of the network of its task.

`published.adapt` appends one line to this text: `SEARCH = search_algorithm(...)` with the program in it. The
program imports stand-ins for the modules of the public harness, defined here. What it writes into edges, into
the graph or into the walks' attributes is read by nobody: only the regions that its walks name go up.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import networkx as nx  # type: ignore[import-untyped,import-not-found,unused-ignore]  # has no types
from interface import Answer, Task, Walk  # type: ignore[import-not-found]  # its name in the child

SEARCH: Any = None

_HARNESS = frozenset({"broadcast", "utils", "simulator", "initial_program", "examples", "llm_optimizer"})
"""Where public programs import the harness from; each of these stands for the module and all below it."""


class SingleDstPath(dict[str, Any]):
    """Walks to one destination, by partition."""


class BroadCastTopology:
    """What public programs return: `paths[destination][str(partition)]` is a list of `[u, v, attributes]`."""

    def __init__(self, src: str, dsts: Sequence[str], num_partitions: int = 4, paths: Any = None) -> None:  # noqa: ANN401 - as public programs call it
        self.src = src
        self.dsts = dsts
        self.num_partitions = num_partitions
        self.paths = paths or {dst: {str(p): None for p in range(num_partitions)} for dst in dsts}

    def get_paths(self) -> Any:  # noqa: ANN401 - as public programs call it
        """Gives all walks."""
        return self.paths

    def set_num_partitions(self, num_partitions: int) -> None:
        """Takes another number of partitions; walks stay as they are."""
        self.num_partitions = num_partitions

    def set_dst_partition_paths(self, dst: str, partition: int, paths: list[Any]) -> None:
        """Replaces a walk."""
        self.paths[dst][str(partition)] = paths

    def append_dst_partition_path(self, dst: str, partition: int, path: list[Any]) -> None:
        """Adds an edge at the end of a walk."""
        walks = self.paths[dst]
        walks[str(partition)] = [*(walks.get(str(partition)) or []), path]


def make_nx_graph(*_: object, **__: object) -> nx.DiGraph:
    """Stands for the reader of the public files, which are not here."""
    raise FileNotFoundError("the measured profiles are not here; search_algorithm is given the graph")


def graph(task: Task) -> nx.DiGraph:
    """Builds the graph as the public harness does: edges in their order, with `cost` and `throughput`."""
    built = nx.DiGraph()
    columns = (task.sources, task.targets, task.usd_per_gb, task.gbit_s)
    for source, target, usd, gbit_s in zip(*(column.tolist() for column in columns), strict=True):
        built.add_edge(task.regions[source], task.regions[target], cost=usd, throughput=gbit_s)
    return built


def solve(task: Task) -> Answer:
    """Asks the program and turns regions into edge ids; a pair without an edge becomes -1."""
    names = task.regions
    destinations = [names[index] for index in task.destinations]
    found = SEARCH(names[task.source], list(destinations), graph(task), task.partitions)
    ends = zip(task.sources.tolist(), task.targets.tolist(), strict=True)
    ids = {(names[source], names[target]): edge for edge, (source, target) in enumerate(ends)}
    keys = [str(p) for p in range(task.partitions)]
    answer = []
    for walks in _in_order(found.paths, destinations):
        by_name = {str(partition): walk for partition, walk in (walks or {}).items()}
        answer.append(tuple(_walk(walk, ids) for walk in _in_order(by_name, keys)))
    return tuple(answer)


def _in_order(found: Mapping[str, Any], keys: Iterable[str]) -> list[Any]:
    """Values of wanted keys, in order, then those of other keys, which the evaluator refuses."""
    wanted = list(keys)
    extra = [value for key, value in found.items() if key not in set(wanted)]
    return [found[key] for key in wanted if key in found] + extra


def _walk(edges: Sequence[Sequence[Any]] | None, ids: Mapping[tuple[str, str], int]) -> Walk:
    return tuple(ids.get((edge[0], edge[1]), -1) for edge in edges or ())


def search_algorithm(program: str) -> Callable[..., Any]:
    """Executes a program and finds its function."""
    sys.meta_path.append(_StandIns())
    module = types.ModuleType("program")
    sys.modules["program"] = module
    exec(compile(program, "program", "exec"), module.__dict__)  # noqa: S102 - a candidate, executed in its own child
    found: object = getattr(module, "search_algorithm", None)
    if not callable(found):
        raise TypeError("a program in the public form defines `search_algorithm`, but this one does not")
    return found


class _StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the harness's modules, all alike, once nothing else did."""

    def find_spec(self, fullname: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in _HARNESS:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__.update(
            BroadCastTopology=BroadCastTopology, SingleDstPath=SingleDstPath, make_nx_graph=make_nx_graph
        )
