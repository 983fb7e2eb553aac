"""Policies measured on whole splits, by several workers at once."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from evaluators.calibration import cpu_scale
from evaluators.job import Job, Measured, out_of_time
from evaluators.pool import Pool
from evaluators.values import Evaluation, Measurement, Usage, with_one_output
from evolve.cli.bar import Progress, bar
from evolve.cli.names import cores
from evolve.runs.setting import Setting
from problems.base import Split, groups
from sandbox import Mode

PATIENCE = 3
"""After so many groups that ran out of time, each of them twice, the rest is not measured."""

_SHARE = 8
"""Jobs per worker: enough for progress to be seen, few enough for messages not to count."""


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


_scale = cache(cpu_scale)
"""One calibration a command, however many benches it starts."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a bench is started with.

    Attributes:
        workers: At most; None for one a core.
        preload: Modules that policies may import beyond those of the problem.
    """

    workers: int | None
    mode: Mode
    preload: tuple[str, ...] = ()


class Bench:
    """A pool of workers that measures whole splits of one problem, one policy after the other."""

    def __init__(self, setting: Setting, pool: Pool, *, workers: int, cpu_scale: float) -> None:
        self._setting = setting
        self._pool = pool
        self._workers = workers
        self._cpu_scale = cpu_scale

    @staticmethod
    @asynccontextmanager
    async def started(setting: Setting, means: Means) -> AsyncIterator["Bench"]:
        """Starts as many workers as the setting's largest split has groups, and as are wanted.

        Raises:
            DataMissing, SandboxUnavailable, WorkerBroken: As `Pool` does.
        """
        number, scale = min(means.workers or cores(), max(setting.groups().values())), _scale()
        async with Pool.started(
            setting.problem.name, workers=number, mode=means.mode, cpu_scale=scale, preload=means.preload
        ) as pool:
            yield Bench(setting, pool, workers=number, cpu_scale=scale)

    async def measure(
        self, name: str, source: str, split: Split, setting: Setting | None = None, *, quiet: bool = False
    ) -> Measuring:
        """Measures every group of a split under a bar that names the policy, unless too many run out of time.

        Args:
            setting: Another workload of the same problem.
            quiet: Shows no bar, since this is one step of something that has one.

        Raises:
            DataMissing, SandboxUnavailable, WorkerBroken: As `Pool` does.
        """
        where = setting or self._setting
        instances = where.stages[split]
        with bar(f"measuring {name} on {split}", hidden=quiet) as progress:
            tally = _Tally(progress, len(instances))
            jobs = deque(
                Job(source, where.problem.name, where.workload, split, indices)
                for indices in _shares(len(groups(instances)), self._workers * _SHARE)
            )
            await asyncio.gather(*(_work(self._pool, jobs, tally) for _ in range(self._workers)))
        evaluation = tally.evaluation(split, [i.name for i in instances])
        return Measuring(evaluation, tally.usage, self._pool.mode, tuple(self._pool.notes), self._cpu_scale)


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
        found = with_one_output([self._found[name] for name in names if name in self._found])
        return Evaluation.of(split, found, complete=len(found) == len(names))
