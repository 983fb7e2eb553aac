"""One policy measured on a whole split, by several workers at once."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from evaluators.calibration import cpu_scale
from evaluators.job import Job, Measured, out_of_time
from evaluators.pool import Pool
from evaluators.values import Evaluation, Measurement, Usage
from evolve.cli.names import cores
from evolve.runs.setting import Setting
from problems.base import Split, groups
from sandbox import Mode

PATIENCE = 3
"""After so many groups that ran out of time, each of them twice, the rest is not measured."""

_SHARE = 8
"""Jobs per worker: enough for progress to be seen, few enough for messages not to count."""

Progress = Callable[[int, int], None]
"""Hears how many instances of how many are measured."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """What was found.

    Attributes:
        notes: Why the sandbox is not the strongest one, if it is not.
        cpu_scale: CPU seconds of this core per second of the reference core.
    """

    evaluation: Evaluation
    usage: Usage
    mode: Mode
    notes: Sequence[str]
    cpu_scale: float


async def measure(
    source: str, setting: Setting, *, workers: int | None, mode: Mode, progress: Progress
) -> Measuring:
    """Measures every group of the setting's one split, unless too many run out of time.

    Raises:
        DataMissing, SandboxUnavailable, WorkerBroken: As `Pool` does.
    """
    ((split, instances),) = setting.stages.items()
    stage, scale = groups(instances), cpu_scale()
    number = min(workers or cores(), len(stage))
    problem = setting.problem.name
    async with Pool.started(problem, workers=number, mode=mode, cpu_scale=scale) as pool:
        tally = _Tally(progress, len(instances))
        jobs = deque(
            Job(source, problem, setting.workload, split, indices)
            for indices in _shares(len(stage), number * _SHARE)
        )
        await asyncio.gather(*(_work(pool, jobs, tally) for _ in range(number)))
        evaluation = tally.evaluation(split, [i.name for i in instances])
        return Measuring(evaluation, tally.usage, pool.mode, tuple(pool.notes), scale)


async def _work(pool: Pool, jobs: deque[Job], tally: "_Tally") -> None:
    while jobs and tally.late < PATIENCE:
        job = replace(jobs.popleft(), patience=PATIENCE - tally.late)
        tally.add(await pool.measure(job))


def _shares(number: int, most: int) -> list[tuple[int, ...]]:
    """Cuts 0..number-1 into at most `most` runs of nearly equal length."""
    parts = min(number, most)
    edges = [round(i * number / parts) for i in range(parts + 1)]
    return [tuple(range(a, b)) for a, b in pairwise(edges)]


class _Tally:
    """What has come back so far, in any order."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.usage, self.late = Usage(), 0
        self._found: dict[str, Measurement] = {}
        self._progress, self._total = progress, total
        progress(0, total)

    def add(self, measured: Measured) -> None:
        self.usage += measured.usage
        self.late += sum(map(out_of_time, measured.groups))
        self._found.update({m.instance: m for group in measured.groups for m in group})
        self._progress(len(self._found), self._total)

    def evaluation(self, split: Split, names: Sequence[str]) -> Evaluation:
        """Puts the measurements into the order of the split."""
        found = tuple(self._found[name] for name in names if name in self._found)
        return Evaluation(split, found, complete=len(found) == len(names))
