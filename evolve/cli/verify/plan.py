"""What `adrs verify` will measure, and how long that will take."""

import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import TypeVar

from evaluators.drive import Bench, GroupTask, measure_group
from evolve.runs.setting import Setting
from problems.base import Baseline, Instance, Problem, Split, groups
from problems.datasets import DataMissing
from problems.variants import PREFIX
from problems.workload_file import spoken
from problems.workloads import splits_of

TIMED_INSTANCES = 6
"""Of a step-wise problem, whose instances have hundreds of steps each."""
TIMED_CALLS = 24
"""Of a one-shot problem."""
_WEIGHED = 3

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Part:
    """One split of one workload.

    Attributes:
        decides: Whether the verdict rests on it, and every rival stands there; else only the strongest does.
    """

    title: str
    setting: Setting
    split: Split
    decides: bool

    @property
    def instances(self) -> tuple[Instance, ...]:
        """In the order of measuring."""
        return self.setting.stages[self.split]


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it.

    Attributes:
        parts: VALIDATION of the policy's own workload first.
        rivals: Baselines that it is held against.
        evals: Of each rival's tuning; 0 for none.
        notes: What cannot be measured, and why.
        read_s: Wall seconds that reading the parts took here; each worker reads them, too.
    """

    parts: tuple[Part, ...]
    rivals: tuple[Baseline, ...]
    evals: int
    notes: tuple[str, ...]
    read_s: float

    @property
    def validation(self) -> Part:
        """On which rivals are ranked."""
        return self.parts[0]

    @property
    def timed(self) -> tuple[Instance, ...]:
        """On which decisions are timed, spread evenly over VALIDATION."""
        every = self.validation.instances
        wanted = TIMED_CALLS if self.validation.setting.problem.one_shot else TIMED_INSTANCES
        number = min(wanted, len(every))
        return tuple(every[i * len(every) // number] for i in range(number))


def planned(problem: Problem, workload: str, rivals: Sequence[Baseline], evals: int) -> Plan:
    """Finds every split that is at hand: the own workload's first, then measured ones, then perturbations.

    Raises:
        NotInWorkload, DataMissing, WorkloadRefused: The own workload cannot be measured.
    """
    began = time.perf_counter()
    own = splits_of(problem, workload)
    deciding = [split for split in (Split.VALIDATION, Split.HOLDOUT) if split in own]
    parts = [Part(str(s), Setting.load(problem.name, workload, [s]), s, decides=True) for s in deciding]
    seen = {instance.digest for part in parts for instance in part.instances}
    notes: list[str] = []
    for name, split in _others(problem, workload):
        try:
            setting = Setting.load(problem.name, name, [split])
        except DataMissing as error:
            notes.append(f"{spoken(name)} {split} was left out: {error}")
            continue
        if seen.isdisjoint(i.digest for i in setting.stages[split]):
            title = str(split) if split is Split.PUBLISHED else f"{spoken(name)} {split}"
            parts.append(Part(title, setting, split, decides=False))
            seen |= {instance.digest for instance in setting.stages[split]}
    for name in problem.perturbations:
        setting = Setting.load(problem.name, f"{PREFIX}{name}", [Split.VALIDATION])
        parts.append(Part(name, setting, Split.VALIDATION, decides=False))
    read_s = time.perf_counter() - began
    return Plan(tuple(parts), tuple(rivals), evals, tuple(dict.fromkeys(notes)), read_s)


def _others(problem: Problem, workload: str) -> list[tuple[str, Split]]:
    """Splits beside those that decide; PUBLISHED of several workloads is mostly the same."""
    names = dict.fromkeys([workload, *problem.workloads])
    found = []
    for name in names:
        splits = splits_of(problem, name)
        if name == problem.dialect_workload:
            continue
        if name != workload and Split.VALIDATION in splits:
            found.append((name, Split.VALIDATION))
        if Split.PUBLISHED in splits:
            found.append((name, Split.PUBLISHED))
    return found


@dataclass(frozen=True, slots=True)
class Forecast:
    """Wall seconds that a plan will take.

    Attributes:
        tuning_s: Of which seeking constants for the rivals.
    """

    total_s: float
    tuning_s: float


def forecast(
    plan: Plan, bench: Bench, policies: Mapping[str, str], *, start_s: float, workers: int
) -> Forecast:
    """Predicts from a few groups of VALIDATION for each policy, once each.

    A split's groups are taken to last longer as their instances are larger, and other constants to cost what
    the rival's own do. Workers are started twice, and read every part.

    Args:
        bench: On one core, which is as fast as each of the workers'.
        policies: Source by name: the policy under its own, and every rival.
        start_s: What it took to start the bench.
    """
    problem = plan.validation.setting.problem
    few = _spread(groups(plan.validation.instances))
    tasks = [GroupTask(group, problem.limits[Split.VALIDATION]) for group in few]
    each = {
        name: mean(_seconds(bench, problem, text, task) for task in tasks) for name, text in policies.items()
    }
    unit = _weight([instance for group in few for instance in group])
    rivals = sum(each[rival.name] for rival in plan.rivals)
    strongest = max(each[rival.name] for rival in plan.rivals)
    own = sum(each.values()) - rivals
    total = 0.0
    for part in plan.parts:
        beside = (1 + bool(plan.evals)) * rivals if part.decides else strongest
        total += (own + beside) * _groups(part.instances) * _weight(part.instances) / unit
    total += own * _groups(plan.validation.instances)  # once more, to see whether it repeats
    tuning = 0.0
    if plan.evals:
        workload = plan.validation.setting.workload
        instances = Setting.load(problem.name, workload, [Split.SEARCH]).stages[Split.SEARCH]
        tuning = plan.evals * rivals * _groups(instances) * _weight(instances) / unit
    alone = 2 * own * len(plan.timed) / mean(map(len, few))  # decisions, beside those of an idle policy
    return Forecast((total + tuning) / workers + alone + plan.read_s + 2 * start_s, tuning / workers)


def _seconds(bench: Bench, problem: Problem, source: str, task: GroupTask) -> float:
    began = time.perf_counter()
    measure_group(bench, problem, source, task)
    return time.perf_counter() - began


def _groups(instances: Sequence[Instance]) -> int:
    return len(groups(instances))


def _weight(instances: Sequence[Instance]) -> float:
    """Mean size of an instance in bytes, of a few spread evenly."""
    return mean(len(pickle.dumps(instance.data)) for instance in _spread(instances))


def _spread(items: Sequence[_Item]) -> list[_Item]:
    """A few of them, spread evenly."""
    number = min(_WEIGHED, len(items))
    return [items[i * len(items) // number] for i in range(number)]
