"""How long a policy takes to decide: percentiles over its calls, by the child's own clock."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluators.drive import Bench, GroupTask, measure_group
from problems.base import Instance, Problem, Split

FEWEST_CALLS = 10
"""Of fewer no percentile is told."""


@dataclass(frozen=True, slots=True)
class DecisionTime:
    """CPU seconds of a call on the reference core, what the wire costs taken off; lower is better.

    Attributes:
        calls: That the percentiles are of: each `solve`, or each step.
        instances: They were made on.
    """

    p50_s: float
    p99_s: float
    calls: int
    instances: int


def decision_time(
    bench: Bench, problem: Problem, source: str, instances: Sequence[Instance], split: Split
) -> DecisionTime | None:
    """Measures a policy alone on each instance, and beside it the idle policy, whose calls are all wire.

    Gives None if it decided fewer than `FEWEST_CALLS` times.

    Raises:
        SandboxUnavailable: Ours.
    """
    calls: list[float] = []
    for instance in instances:
        task = GroupTask((instance,), problem.limits[split], timed=True)
        idle = measure_group(bench, problem, problem.baselines[0].source, task)
        found = measure_group(bench, problem, source, task)
        wire_s = float(np.median(idle.calls_s)) if idle.calls_s else 0.0
        calls += [max(call_s - wire_s, 0.0) / bench.cpu_scale for call_s in found.calls_s]
    if len(calls) < FEWEST_CALLS:
        return None
    p50_s, p99_s = np.quantile(calls, [0.5, 0.99])
    return DecisionTime(float(p50_s), float(p99_s), len(calls), len(instances))
