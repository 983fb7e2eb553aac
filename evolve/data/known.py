"""The data sets that installed problems declare."""

from collections.abc import Mapping
from dataclasses import dataclass

from problems.base import Problem
from problems.origins import DataSet
from problems.registry import BrokenProblem, get, names


@dataclass(frozen=True, slots=True)
class Known:
    """Data sets by name, and who declares them.

    Attributes:
        needed_by: Names of the problems, by data set.
        unusable: A sentence on each problem that cannot be asked, or that contradicts another.
    """

    sets: Mapping[str, DataSet]
    needed_by: Mapping[str, tuple[str, ...]]
    unusable: tuple[str, ...]


def known() -> Known:
    """Asks every installed problem; where two differ on a data set, ours is believed, else the first."""
    problems, unusable = _problems()
    sets: dict[str, DataSet] = {}
    needed_by: dict[str, tuple[str, ...]] = {}
    for problem in sorted(problems, key=lambda p: not _is_ours(p)):
        for data_set in problem.data:
            if sets.setdefault(data_set.name, data_set) != data_set:
                unusable.append(
                    f"problem {problem.name!r} declares the data set {data_set.name!r} otherwise than "
                    f"{needed_by[data_set.name][0]!r} does, so its declaration is ignored"
                )
                continue
            needed_by[data_set.name] = (*needed_by.get(data_set.name, ()), problem.name)
    return Known(dict(sorted(sets.items())), needed_by, tuple(unusable))


def _problems() -> tuple[list[Problem], list[str]]:
    found: list[Problem] = []
    broken: list[str] = []
    for name in names():
        try:
            found.append(get(name))
        except BrokenProblem as error:
            broken.append(str(error))
    return found, broken


def _is_ours(problem: Problem) -> bool:
    return problem.interface.__name__.split(".")[0] == "problems"
