"""What a run is about: the problem and the instances of each stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from problems.base import Instance, Problem, Split, groups
from problems.datasets import DataFolder
from problems.registry import get
from problems.workload_file import named
from problems.workloads import load, need

STAGES = (Split.SMOKE, Split.SEARCH, Split.VALIDATION)
"""What a search needs."""


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

        Args:
            workload: A name of the problem's, or the path of a CSV file.

        Raises:
            UnknownProblem, BrokenProblem, DataMissing: As the problem says.
            NotInWorkload: There is no such workload, or it lacks a split.
            WorkloadRefused: It is a file that cannot be used.
        """
        found, data, name = get(problem), DataFolder.find(), named(workload)
        need(found, name, splits)
        return Setting(found, name, {split: load(found, name, split, data) for split in splits})

    def by_published_rules(self) -> "Setting":
        """The PUBLISHED set as its publishers simulate it: mostly this very setting."""
        workload = self.problem.dialect_workload
        if workload in {None, self.workload}:
            return self
        return Setting.load(self.problem.name, str(workload), [Split.PUBLISHED])

    def groups(self) -> dict[Split, int]:
        """Counts each stage's groups."""
        return {split: len(groups(instances)) for split, instances in self.stages.items()}
