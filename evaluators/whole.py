"""A policy on a whole split, for programs and notebooks."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from evaluators.calibration import cpu_scale
from evaluators.job import Job
from evaluators.pool import Pool
from evaluators.values import Evaluation, with_one_output
from evaluators.worker import staged
from problems.base import Split
from problems.registry import get
from problems.workload_file import named
from problems.workloads import need
from sandbox import Mode


def measured(source: str, problem: str, split: Split, *, workload: str, sandbox: Mode) -> Evaluation:
    """Measures a policy on every group of a split, on as many workers as there are cores.

    Runs in a thread of its own: notebooks have a loop already.

    Raises:
        ValueError: The split is HOLDOUT.
        NotInWorkload: There is no such workload, or it lacks the split.
        UnknownProblem, BrokenProblem, DataMissing, WorkloadRefused, SandboxUnavailable: As they say.
    """
    found = get(problem)
    if split is Split.HOLDOUT:
        raise ValueError("every look at holdout is counted, so take: adrs eval PROBLEM FILE --split holdout")
    workload = named(workload)
    need(found, workload, [split])
    groups = tuple(range(len(staged(problem, workload, split))))
    workers = min(len(os.sched_getaffinity(0)), len(groups))

    async def measuring() -> Evaluation:
        scale = cpu_scale()
        async with Pool.started(problem, workers=workers, mode=sandbox, cpu_scale=scale) as pool:
            jobs = [Job(source, problem, workload, split, groups[i::workers]) for i in range(workers)]
            parts = await asyncio.gather(*map(pool.measure, jobs))
        by_group = {
            index: group
            for job, part in zip(jobs, parts, strict=True)
            for index, group in zip(job.groups, part.groups, strict=True)
        }
        return Evaluation.of(split, with_one_output([m for index in groups for m in by_group[index]]))

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(measuring())).result()
