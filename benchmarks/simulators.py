"""What measuring costs: each baseline on SEARCH, and on PUBLISHED where data is found, on one core.

The whole path is timed: a fresh child for every group, policy, simulator or scoring. `wall` is all of it;
`policy` is the CPU time of the children, start-up included; `ours` is that of this process, messages
included; `trusted` is what the problem's own trusted side takes of that, from decoded answers to outcomes.
"""

import os
import resource
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.report import Row, arguments, show
from evaluators.calibration import cpu_scale
from evaluators.drive import Bench, GroupTask, measure_group, runtime
from evaluators.worker import open_bench, staged
from problems.base import Baseline, Instance, Limits, Outcome, Problem, Split
from problems.datasets import DataMissing
from problems.registry import get, names
from sandbox import ForkServer, Mode


@dataclass(slots=True)
class Timed:
    """A problem's trusted side, one-shot or step-wise, that adds up the seconds it takes."""

    evaluator: Any
    seconds: float = 0.0

    def task(self, instance: Instance, limits: Limits, /) -> Any:  # noqa: ANN401 - each problem's own type
        """As the problem's."""
        return self._timed(self.evaluator.task, instance, limits)

    def measure(self, instance: Instance, answer: Any, /) -> Any:  # noqa: ANN401 - each problem's own type
        """As the problem's."""
        return self._timed(self.evaluator.measure, instance, answer)

    def setup(self, instance: Instance, limits: Limits, /) -> Any:  # noqa: ANN401 - each problem's own type
        """As the problem's."""
        return self._timed(self.evaluator.setup, instance, limits)

    def simulate(self, instance: Instance, /) -> Generator[Any, Any, Outcome]:
        """As the problem's."""
        simulation = self.evaluator.simulate(instance)
        try:
            observation = self._timed(next, simulation)
            while True:
                decision = yield observation
                observation = self._timed(simulation.send, decision)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome

    def _timed(self, function: Any, *arguments: Any) -> Any:  # noqa: ANN401 - any of the above
        started = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            self.seconds += time.perf_counter() - started


def figures(problem: Problem, split: Split, *, core: int) -> list[Row]:
    """Times every baseline of a problem on a split."""
    with ForkServer.start(Mode.AUTO, runtime=runtime(problem.limits[split]), core=core) as server:
        bench = open_bench(problem, server, cpu_scale())
        # The second time everything that is cached once per process is there: instances, bounds, the wire.
        return [[_row(bench, problem, split, b) for _ in range(2)][1] for b in problem.baselines]


def _row(bench: Bench, problem: Problem, split: Split, baseline: Baseline) -> Row:
    timed = Timed(problem.evaluator)
    watched, groups = replace(problem, evaluator=timed), staged(problem.name, "generated", split)
    before, started = time.process_time(), time.perf_counter()
    results = [
        measure_group(bench, watched, baseline.source, GroupTask(group, problem.limits[split]))
        for group in groups
    ]
    wall_s, ours_s = time.perf_counter() - started, time.process_time() - before
    measurements = [m for result in results for m in result.measurements]
    peak_bytes = max(result.usage.peak_bytes for result in results)
    return {
        "problem": problem.name,
        "split": str(split),
        "baseline": baseline.name,
        "instances": len(measurements),
        "wall s": round(wall_s, 3),
        "policy s": round(sum(result.usage.cpu_s for result in results), 3),
        "ours s": round(ours_s, 3),
        "trusted s": round(timed.seconds, 3),
        "policy MB": round(peak_bytes / 1e6),
        "ours MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
        "score": round(sum(m.score for m in measurements) / len(measurements), 4),
        "faults": sum(m.fault is not None for m in measurements),
    }


def main() -> None:
    """Times every problem that is installed, or those named."""
    parser = arguments(__doc__ or "")
    parser.add_argument("problems", nargs="*", help="all, if none is named")
    chosen = parser.parse_args()
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    rows: list[Row] = []
    for name in chosen.problems or names():
        for split in (Split.SEARCH, Split.PUBLISHED):
            if split not in get(name).workloads["generated"]:
                continue
            try:
                staged(name, "generated", split)
            except DataMissing:
                continue
            rows += figures(get(name), split, core=core)
    show("simulators", rows, as_json=chosen.json, note="one core, worker and children pinned to it")


if __name__ == "__main__":
    main()
