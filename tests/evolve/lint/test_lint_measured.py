"""Instances, baselines and slopes that would spoil a search are named."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evaluators.values import Evaluation, Measurement
from evolve.lint.instances import loaded, split_remarks
from evolve.lint.linting import instance_remarks
from evolve.lint.policies import policy_remarks
from evolve.lint.remarks import Grade, Remark
from evolve.lint.smoothness import Neighbour, smoothness_remark
from problems.base import Axis, Baseline, Instance, InvalidAnswer, Problem, Split
from problems.datasets import DataFolder, DataMissing
from problems.registry import get
from sandbox.faults import fault


@pytest.fixture
def order(toy: Path) -> Problem:
    return get("toy-order")


Change = Callable[[Split, Sequence[Instance]], Sequence[Instance]]


def loading(problem: Problem, change: Change) -> Problem:
    def load(workload: str, split: Split, folder: DataFolder, /) -> Sequence[Instance]:
        return change(split, problem.load(workload, split, folder))

    return replace(problem, load=load)


def graded(remarks: Sequence[Remark], about: str) -> list[Grade]:
    return [remark.grade for remark in remarks if remark.about == about]


@pytest.mark.parametrize(
    ("change", "about", "grade"),
    [
        (lambda _, found: found[:7], "validation", Grade.MEND),
        (lambda _, found: found[:7], "holdout", Grade.MEND),
        (lambda split, found: () if split is Split.SMOKE else found, "smoke", Grade.MEND),
        (lambda split, found: found[:3] if split is Split.SEARCH else found, "search", Grade.CONSIDER),
        (lambda _, found: [replace(i, digest=i.name) for i in found], "splits", Grade.MEND),
        (lambda _, found: found, "splits", Grade.FINE),
    ],
)
def test_splits_too_small_or_not_apart_are_named(
    order: Problem, change: Change, about: str, grade: Grade
) -> None:
    remarks, _ = instance_remarks(loading(order, change))
    assert graded(remarks, about) == [grade]


def test_an_instance_that_stands_twice_is_named(order: Problem) -> None:
    stages, _ = loaded(order)
    twice = {**stages, Split.SEARCH: [*stages[Split.SEARCH], stages[Split.SEARCH][0]]}
    found = [remark.found for remark in split_remarks({Split.SEARCH: twice[Split.SEARCH][5:]})]
    assert found == ["2 instances, 2 groups, 2 blocks", "all 2 instances are different"]
    again = replace(stages[Split.SEARCH][0], name="again", group="again")
    told = [r.found for r in split_remarks({Split.SEARCH: [*stages[Split.SEARCH], again]})]
    assert "search has an instance 2 times" in told[-1]


@pytest.mark.parametrize(
    "error", [KeyError("seed"), InvalidAnswer("order", "none of ours"), DataMissing("x")]
)
def test_a_split_that_cannot_be_made_is_named_and_the_others_are_looked_at(
    order: Problem, error: Exception
) -> None:
    def raising(split: Split, found: Sequence[Instance]) -> Sequence[Instance]:
        if split is Split.HOLDOUT:
            raise error
        return found

    remarks, search = instance_remarks(loading(order, raising))
    assert graded(remarks, "holdout") == [Grade.MEND]
    assert graded(remarks, "validation") == [Grade.FINE]
    assert len(search) == 6


def evaluation(score: float, late: float = 5.0, first_s: float = 3.0) -> Evaluation:
    measured = Measurement("one", "one", "one", score, {"late": late, "first_s": first_s})
    return Evaluation.of(Split.SEARCH, (measured,))


APART = {"idle": evaluation(0.5), "shortest": evaluation(0.8, 7.0, 6.0), "weighted": evaluation(0.7, 9.0)}


@pytest.mark.parametrize(
    ("found", "about", "grade"),
    [
        (APART, "baselines", Grade.FINE),
        ({**APART, "shortest": evaluation(0.5), "weighted": evaluation(0.4)}, "baselines", Grade.MEND),
        ({**APART, "shortest": evaluation(0.51), "weighted": evaluation(0.4)}, "baselines", Grade.CONSIDER),
        (APART, "seeds", Grade.FINE),
        ({**APART, "weighted": evaluation(0.5)}, "seeds", Grade.CONSIDER),
        (dict.fromkeys(APART, evaluation(0.5)), "seeds", Grade.MEND),
        (APART, "axis late", Grade.FINE),
        ({**APART, "shortest": evaluation(0.8), "weighted": evaluation(0.7)}, "axis late", Grade.CONSIDER),
    ],
)
def test_baselines_without_a_lead_or_a_difference_are_named(
    order: Problem, found: dict[str, Evaluation], about: str, grade: Grade
) -> None:
    assert graded(list(policy_remarks(order, found)), about) == [grade]


def test_a_baseline_near_the_bound_is_named(order: Problem) -> None:
    solved = replace(order, baselines=(*order.baselines[:1], replace(order.baselines[1], score=0.999)))
    remarks = list(policy_remarks(replace(solved, seeds=("idle", "shortest")), APART))
    assert graded(remarks, "baselines") == [Grade.CONSIDER]


def test_a_baseline_that_fails_is_named_and_nothing_is_concluded(order: Problem) -> None:
    failed = Measurement("one", "one", "one", 0.0, {}, fault("exception", "ValueError: no"))
    remarks = list(policy_remarks(order, {**APART, "shortest": Evaluation.of(Split.SEARCH, (failed,))}))
    assert [(r.about, r.grade) for r in remarks] == [("baselines", Grade.MEND)]
    assert "shortest fails on one: exception" in remarks[0].found


@pytest.mark.parametrize(
    ("seeds", "grade"), [((), Grade.MEND), (("luck",), Grade.MEND), (("idle",), Grade.CONSIDER)]
)
def test_seeds_that_start_no_search_are_named(order: Problem, seeds: tuple[str, ...], grade: Grade) -> None:
    assert graded(list(policy_remarks(replace(order, seeds=seeds), APART)), "seeds") == [grade]


def test_a_lone_baseline_is_named(order: Problem) -> None:
    alone = replace(order, baselines=(Baseline("idle", "", "none", "none", 0.5),), seeds=("idle",))
    assert graded(list(policy_remarks(alone, {"idle": APART["idle"]})), "baselines") == [Grade.MEND]


def test_an_axis_of_what_is_not_measured_is_named(order: Problem) -> None:
    blind = replace(order, axes=(Axis("luck", (1.0,)),))
    assert graded(list(policy_remarks(blind, APART)), "axis luck") == [Grade.MEND]
    assert graded(list(policy_remarks(blind, APART)), "archive") == [Grade.CONSIDER]


@pytest.mark.parametrize(
    ("changes", "grade", "told"),
    [
        ([], Grade.CONSIDER, "no baseline has a constant"),
        ([0.0, 0.0], Grade.CONSIDER, "0 fail, 0 score otherwise"),
        ([0.5, -0.4, 0.01], Grade.CONSIDER, "3 score otherwise, 1 of them by 0.05 or less"),
        ([0.01, -0.02, None], Grade.FINE, "1 fail, 2 score otherwise, 2 of them"),
    ],
)
def test_slopes_that_are_flat_or_cliffs_are_named(
    changes: list[float | None], grade: Grade, told: str
) -> None:
    remark = smoothness_remark([Neighbour("idle", change) for change in changes])
    assert remark.grade is grade
    assert told in remark.found
