"""What a run is about: the problem and the instances of each stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from problems.base import Instance, Problem, Split, groups
from problems.datasets import DataFolder
from problems.registry import get

STAGES = (Split.SMOKE, Split.SEARCH, Split.VALIDATION)
"""What a search needs."""


class NotInWorkload(Exception):  # noqa: N818 - reads as what happened
    """A workload lacks a split that is needed."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A problem with its instances.

    Attributes:
        stages: Instances by split, in the order of measuring.
    """

    problem: Problem
    workload: str
    stages: Mapping[Split, tuple[Instance, ...]]

    @staticmethod
    def load(problem: str, workload: str, splits: Sequence[Split] = STAGES) -> "Setting":
        """Loads a problem's stages.

        Raises:
            UnknownProblem, BrokenProblem, DataMissing: As the problem says.
            NotInWorkload: There is no such workload, or it lacks a split.
        """
        found, data = get(problem), DataFolder.find()
        if workload not in found.workloads:
            known = ", ".join(found.workloads)
            raise NotInWorkload(f"problem {problem!r} has no workload {workload!r}; it has: {known}")
        lacking = [str(s) for s in splits if s not in found.workloads[workload]]
        if lacking:
            known = ", ".join(found.workloads[workload])
            raise NotInWorkload(
                f"workload {workload!r} of problem {problem!r} has no split {', '.join(lacking)}; "
                f"it has: {known}"
            )
        return Setting(found, workload, {s: tuple(found.load(workload, s, data)) for s in splits})

    def by_published_rules(self) -> "Setting":
        """The PUBLISHED set as its publishers simulate it: mostly this very setting."""
        workload = self.problem.dialect_workload
        if workload in {None, self.workload}:
            return self
        return Setting.load(self.problem.name, str(workload), [Split.PUBLISHED])

    def groups(self) -> dict[Split, int]:
        """Counts each stage's groups."""
        return {split: len(groups(instances)) for split, instances in self.stages.items()}
