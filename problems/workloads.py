"""Splits and instances of a workload: one of the problem's, a variant of it, or a file of the user's."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from problems import workload_file
from problems.base import Instance, Problem, Split
from problems.datasets import DataFolder
from problems.variants import PREFIX, Variant


class NotInWorkload(Exception):  # noqa: N818 - reads as what happened
    """A workload lacks a split that is needed."""


def load(problem: Problem, workload: str, split: Split, folder: DataFolder) -> tuple[Instance, ...]:
    """Makes or reads the instances of one split.

    Args:
        workload: A name of the problem's, or of a file as `workload_file.named` gave it.

    Raises:
        DataMissing: Data is needed and not there.
        NotInWorkload: There is no such workload, or it lacks the split.
        WorkloadRefused: It is a file that cannot be used.
    """
    need(problem, workload, [split])
    if workload_file.is_file(workload):
        return workload_file.opened(problem, workload).instances(split)
    return tuple(problem.load(workload, split, folder))


def splits_of(problem: Problem, workload: str) -> tuple[Split, ...]:
    """Which splits a workload has; none if there is no such workload.

    Raises:
        WorkloadRefused: It is a file that cannot be used.
    """
    if workload_file.is_file(workload):
        return tuple(workload_file.opened(problem, workload).splits)
    if Variant.of(workload, problem.perturbations) is not None:
        return (Split.VALIDATION,)
    return problem.workloads.get(workload, ())


def need(problem: Problem, workload: str, splits: Sequence[Split]) -> None:
    """Makes sure that a workload has some splits.

    Raises:
        NotInWorkload: It lacks one.
        WorkloadRefused: It is a file that cannot be used.
    """
    found = splits_of(problem, workload)
    if not found:
        raise NotInWorkload(
            f"problem {problem.name!r} has no workload {workload!r}; {_known(problem, workload)}"
        )
    lacking = [str(split) for split in splits if split not in found]
    if lacking and workload_file.is_file(workload):
        raise NotInWorkload(_too_short(problem, workload, lacking))
    if lacking:
        raise NotInWorkload(
            f"workload {workload!r} of problem {problem.name!r} has no split {', '.join(lacking)}; "
            f"it has: {', '.join(found)}"
        )


def _known(problem: Problem, workload: str) -> str:
    """What there is: the variants, the nearest first, if one of them was meant."""
    variants = [PREFIX + name for name in problem.perturbations]
    if variants and workload.startswith(PREFIX):
        near = sorted(variants, key=lambda v: -SequenceMatcher(None, workload, v).ratio())
        return f"its variants are: {', '.join(near)}"
    variant = f", {PREFIX}NAME for each of its perturbations" if variants else ""
    own = ", and files *.csv" if problem.file_form else ""
    return f"it has: {', '.join(problem.workloads)}{variant}{own}"


def _too_short(problem: Problem, workload: str, lacking: Sequence[str]) -> str:
    own = workload_file.opened(problem, workload)
    if len(own.blocks) >= workload_file.FEWEST_BLOCKS:
        return f"{own.path} has no split {', '.join(lacking)}; it has: {', '.join(own.splits)}"
    return (
        f"{own.path} holds {len(own.blocks)} {own.form.block}, and a split {', '.join(lacking)} needs "
        f"{workload_file.FEWEST_BLOCKS} at least; measure policies on it with adrs eval (split validation), "
        "or bring a longer file"
    )
