"""What measuring costs: each baseline on SEARCH, and on PUBLISHED where data is found, on one core.

The whole path is timed: a fresh child for every group, policy, simulator or scoring. `policy` is the CPU time
of the children, start-up included; `ours` is that of this process.
"""

import os
import time

from benchmarks.report import Row, arguments, show
from evaluators.calibration import cpu_scale
from evaluators.job import Job
from evaluators.worker import measure, open_bench, staged
from problems.base import Split
from problems.datasets import DataFolder, DataMissing
from problems.registry import get, names
from sandbox import ForkServer, Mode


def figures(problem: str, split: Split, *, core: int) -> list[Row]:
    """Times every baseline of a problem on a split."""
    found, groups = get(problem), len(staged(problem, "generated", split))
    rows: list[Row] = []
    with ForkServer.start(Mode.AUTO, preload=found.limits[split].preload, core=core) as server:
        bench = open_bench(found, server, cpu_scale())
        for baseline in found.baselines:
            job = Job(baseline.source, problem, "generated", split, tuple(range(groups)))
            measure(bench, job)  # fills what is cached once per process: instances, bounds, the wire
            before, started = time.process_time(), time.perf_counter()
            measured = measure(bench, job)
            wall_s, ours_s = time.perf_counter() - started, time.process_time() - before
            runs = sum(len(group) for group in measured.groups)
            score = sum(m.score for group in measured.groups for m in group) / runs
            rows.append(
                {
                    "problem": problem,
                    "split": str(split),
                    "baseline": baseline.name,
                    "instances": runs,
                    "wall s": round(wall_s, 3),
                    "ours s": round(ours_s, 3),
                    "policy s": round(measured.usage.cpu_s, 3),
                    "score": round(score, 4),
                }
            )
    return rows


def main() -> None:
    """Times every problem that is installed."""
    chosen = arguments(__doc__ or "").parse_args()
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    rows: list[Row] = []
    for problem in names():
        for split in (Split.SEARCH, Split.PUBLISHED):
            try:
                get(problem).load("generated", split, DataFolder.find())
            except DataMissing:
                continue
            rows += figures(problem, split, core=core)
    show("simulators", rows, as_json=chosen.json, note="one core, worker and children pinned to it")


if __name__ == "__main__":
    main()
