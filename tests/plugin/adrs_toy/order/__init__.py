"""Jobs on one machine: the one-shot toy, after `Smith 1956 <https://doi.org/10.1002/nav.3800030106>`_."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from problems.base import (
    Axis,
    Baseline,
    Instance,
    InvalidAnswer,
    Limits,
    Outcome,
    Problem,
    PublishedForm,
    Split,
)
from problems.datasets import DataFolder
from problems.variants import Variant

from . import instances, interface, policies
from .interface import Answer, Job, Task

__all__ = ["PROBLEM"]

_SMITH = "Smith 1956, https://doi.org/10.1002/nav.3800030106"
_LIMITS = Limits(
    solve_cpu_s=0.2,
    init_cpu_s=0.2,
    memory_bytes=256 << 20,
    answer_bytes=1 << 14,
    importable=("rich",),
    threads=True,
)


class _Order:
    """Judges orders: least cost over cost, the least known from Smith's rule."""

    def task(self, instance: Instance, limits: Limits, /) -> Task:
        return Task(instance.data, limits.solve_cpu_s)

    def measure(self, instance: Instance, answer: Answer, /) -> Outcome:
        jobs: tuple[Job, ...] = instance.data
        _check(answer, len(jobs))
        best = sorted(range(len(jobs)), key=lambda i: jobs[i].length_s / jobs[i].weight)
        spent, times = interface.cost(jobs, answer), interface.finishing_times(jobs, answer)
        late = sum(time > jobs[i].due_s for i, time in zip(answer, times, strict=True))
        metrics = {"cost": float(spent), "late": float(late), "first_s": float(times[0])}
        return Outcome(interface.cost(jobs, best) / spent, metrics)


def _check(answer: Answer, size: int) -> None:
    seen: set[int] = set()
    for place, index in enumerate(answer):
        if not 0 <= index < size:
            raise InvalidAnswer("index_range", f"index {index} names none of the {size} jobs", f"[{place}]")
        if index in seen:
            raise InvalidAnswer("duplicate_index", f"job {index} is named twice", f"[{place}]")
        seen.add(index)
    missing = sorted(set(range(size)) - seen)
    if missing:
        raise InvalidAnswer("missing_index", f"job {missing[0]} is not in the order", str(missing[0]))


_PERTURBATIONS = {"rush": "Jobs are due after half the time; other seeds."}


def _load(workload: str, split: Split, folder: DataFolder) -> Sequence[Instance]:
    if Variant.of(workload, _PERTURBATIONS) is not None:
        return tuple(instances.rushed())
    needs_data = workload == "real" or split is Split.PUBLISHED
    return tuple(instances.read(split, folder) if needs_data else instances.drawn(split))


def _dialects(_: Sequence[Instance], outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    scores = [outcome.score for outcome in outcomes]
    return {"lb": 100 * sum(scores) / len(scores), "sd": 100 * min(scores)}


def _adapt(source: str) -> str:
    """Wraps the published form, `order(lengths, weights) -> list`."""
    wrapper = "return tuple(order([job.length_s for job in task.jobs], [job.weight for job in task.jobs]))"
    return f"{source}\n\n\ndef solve(task):\n    {wrapper}\n"


PROBLEM = Problem(
    name="toy-order",
    version=1,
    title="Jobs on one machine: finish the heavy ones early",
    interface=interface,
    evaluator=_Order(),
    brief=(Path(__file__).parent / "brief.md").read_text(encoding="utf-8"),
    baselines=(
        Baseline("idle", policies.IDLE, "none", "Apache-2.0", 0.5527),
        Baseline("shortest", policies.SHORTEST, _SMITH, "Apache-2.0", 0.8388),
        Baseline("weighted", policies.WEIGHTED, _SMITH, "Apache-2.0", 0.8153),
    ),
    seeds=("idle", "shortest", "weighted"),
    axes=(Axis("late", (4.0, 6.0, 8.0, 10.0)), Axis("first_s", (2.0, 5.0, 10.0))),
    limits=dict.fromkeys(Split, _LIMITS),
    workloads={
        "generated": tuple(Split),
        "real": (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.PUBLISHED),
    },
    load=_load,
    counts=("late",),
    perturbations=_PERTURBATIONS,
    dialects=_dialects,
    published_form=PublishedForm(_adapt),
    bound="The cost of Smith's order over the order's cost; by exchanging neighbours, none costs less.",
)
