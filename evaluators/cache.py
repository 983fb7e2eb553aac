"""Measurements already made in this process, so that no policy is measured twice on the same group."""

from collections import OrderedDict

from evaluators.job import Job, out_of_time
from evaluators.values import Measurement
from evaluators.worker import staged
from problems.base import Instance
from problems.registry import get
from sandbox import Mode

_Key = tuple[object, ...]


class Cache:
    """The most recently used group measurements, by all that decides them.

    The key is policy bytes, problem name and version, group digest, limits and sandbox mode. Faults of time
    or memory depend on the machine's mood and are not kept.
    """

    def __init__(self, capacity: int = 4096) -> None:
        self._capacity = capacity
        self._known: OrderedDict[_Key, tuple[Measurement, ...]] = OrderedDict()

    def get(self, job: Job, mode: Mode) -> tuple[tuple[Measurement, ...], ...] | None:
        """Finds a job's measurements if every group of it is known."""
        keys = _keys(job, mode)
        if not all(key in self._known for key in keys):
            return None
        for key in keys:
            self._known.move_to_end(key)
        return tuple(self._known[key] for key in keys)

    def put(self, job: Job, mode: Mode, groups: tuple[tuple[Measurement, ...], ...]) -> None:
        """Keeps what was measured, dropping the least recently used beyond capacity."""
        for key, measurements in zip(_keys(job, mode), groups, strict=False):
            if not out_of_time(measurements) and not _out_of_memory(measurements):
                self._known[key] = measurements
                self._known.move_to_end(key)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)


def _keys(job: Job, mode: Mode) -> list[_Key]:
    problem, stage = get(job.problem), staged(job.problem, job.workload, job.split)
    limits = problem.limits[job.split]
    return [(job.source, problem.name, problem.version, _digest(stage[i]), limits, mode) for i in job.groups]


def _digest(group: tuple[Instance, ...]) -> tuple[tuple[str, str], ...]:
    # With names, since two measured windows may look alike and must keep their own places and blocks.
    return tuple((instance.name, instance.digest) for instance in group)


def _out_of_memory(measurements: tuple[Measurement, ...]) -> bool:
    return any(m.fault is not None and m.fault.kind == "out_of_memory" for m in measurements)
