"""Every problem at hand passes the suite that authors of problems use, and the suite sees what it should."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evaluators.testing import (
    MeasuredProblemTestCase,
    benched,
    check_baselines,
    check_nonsense,
    check_repeatable,
    check_timeline,
)
from problems.base import Axis, Instance, Limits, Outcome, Problem, Split
from problems.datasets import DataFolder
from problems.registry import get, names
from problems.testing import GENERATED, ProblemTestCase, check_isolation

TOYS = ["toy-gate", "toy-order"]
EVERY = [*(name for name in names() if name not in TOYS), *TOYS]


class TestOnSmoke(ProblemTestCase):
    splits = (Split.SMOKE,)

    @pytest.fixture(params=EVERY)
    def problem(self, request: pytest.FixtureRequest, toy: Path) -> Problem:
        return get(request.param)

    def test_what_is_measured_keeps_the_rules(self, problem: Problem) -> None:
        with benched(problem) as bench:  # one for all four: to start it is what takes time
            check_baselines(bench, problem, self.splits)
            check_repeatable(bench, problem)
            check_nonsense(bench, problem)
            check_timeline(bench, problem)


@pytest.mark.slow
class TestOnAllSplits(MeasuredProblemTestCase):
    splits = GENERATED
    measured = GENERATED

    @pytest.fixture(params=EVERY)
    def problem(self, request: pytest.FixtureRequest, toy: Path) -> Problem:
        return get(request.param)


class Small(MeasuredProblemTestCase):
    """The suite as it is called below; its name keeps it from being collected."""

    measured = (Split.SMOKE,)


@pytest.fixture
def order(toy: Path) -> Problem:
    return get("toy-order")


class Changed:
    """The trusted side of `toy-order` but for what a test changes."""

    def __init__(
        self, order: Problem, *, score: float = 1.0, metrics: Mapping[str, float] | None = None
    ) -> None:
        self._order: Any = order.evaluator
        self._score, self._metrics = score, metrics

    def task(self, instance: Instance, limits: Limits, /) -> Any:
        return self._order.task(instance, limits)

    def measure(self, instance: Instance, answer: Any, /) -> Outcome:
        outcome = self._order.measure(instance, answer)
        metrics = outcome.metrics if self._metrics is None else self._metrics
        return Outcome(self._score * outcome.score, metrics)


def loading(change: Callable[[Split, Sequence[Instance]], Sequence[Instance]], order: Problem) -> Problem:
    """The toy with other instances."""

    def load(workload: str, split: Split, folder: DataFolder, /) -> Sequence[Instance]:
        return change(split, order.load(workload, split, folder))

    return replace(order, load=load)


def test_a_bound_that_is_passed_is_named_with_baseline_and_instance(order: Problem) -> None:
    lying = replace(order, evaluator=Changed(order, score=1.5))
    with pytest.raises(AssertionError, match=r"baseline \w+ scores 1\.\d+ on drawn-00: the bound is wrong"):
        Small().test_baselines_keep_the_rules_and_the_bound(lying)


def test_a_baseline_with_a_fault_is_named(order: Problem) -> None:
    broken = replace(order.baselines[1], source="def solve(task):\n    return (0, 0)\n")
    with pytest.raises(AssertionError, match=r"baseline shortest on drawn-00 of smoke: duplicate_index"):
        Small().test_baselines_keep_the_rules_and_the_bound(
            replace(order, baselines=(order.baselines[0], broken))
        )


def test_an_axis_of_a_metric_that_is_not_measured_is_named(order: Problem) -> None:
    blind = replace(order, evaluator=Changed(order, metrics={"late": 1.0}))
    with pytest.raises(AssertionError, match=r"metrics \['first_s'\] of axes"):
        Small().test_baselines_keep_the_rules_and_the_bound(blind)


def test_a_recorded_score_that_is_not_measured_is_named(order: Problem) -> None:
    class Whole(MeasuredProblemTestCase):
        measured = (Split.VALIDATION,)

    proud = replace(order.baselines[0], score=0.9)
    with pytest.raises(AssertionError, match=r"idle scores 0\.5527 on validation, but 0\.9 is recorded"):
        Whole().test_baselines_keep_the_rules_and_the_bound(replace(order, baselines=(proud,)))


def test_one_instance_in_two_splits_is_named(order: Problem) -> None:
    shared = order.load("generated", Split.SEARCH, DataFolder(Path("/nowhere")))
    mixed = loading(lambda split, found: shared if split is Split.HOLDOUT else found, order)
    with pytest.raises(AssertionError, match=r"drawn-00 of holdout is drawn-00 of search"):
        Small().test_splits_share_no_instance(mixed)


@pytest.mark.parametrize(
    ("name", "shift", "message"),
    [
        ("Load X2", "Twice the load.", "small letters, digits, dots and dashes, but got 'Load X2'"),
        ("load-x2", "twice", "perturbation 'load-x2' needs a sentence, but got 'twice'"),
        ("load-x2", "Twice the load.", "load-x2 has 6 blocks, and needs 8"),
    ],
)
def test_a_variant_that_cannot_be_used_is_named(order: Problem, name: str, shift: str, message: str) -> None:
    def load(workload: str, split: Split, folder: DataFolder, /) -> Sequence[Instance]:
        return order.load("generated", Split.SEARCH, folder)

    with pytest.raises(AssertionError, match=message):
        Small().test_variants_can_be_called_and_have_blocks(
            replace(order, load=load, perturbations={name: shift})
        )


def test_instances_that_another_process_does_not_make_are_named(order: Problem) -> None:
    drifting = loading(lambda _, found: [replace(i, digest=f"{i.digest}!") for i in found], order)
    with pytest.raises(AssertionError, match=r"smoke has other instances in another process"):
        Small().test_another_process_makes_the_same_instances(drifting)


def test_one_shot_instances_that_share_a_group_are_named(order: Problem) -> None:
    together = loading(lambda _, found: [replace(i, group="g", block="b") for i in found], order)
    with pytest.raises(AssertionError, match=r"group g of search has several one-shot instances"):
        Small().test_groups_stand_together_in_one_block(together)


def test_a_task_that_leads_to_data_of_another_instance_is_named(order: Problem) -> None:
    class Leaking(Changed):
        seen: Any = None

        def task(self, instance: Instance, limits: Limits, /) -> Any:
            before, Leaking.seen = Leaking.seen, instance.data
            return (super().task(instance, limits), before)

    with pytest.raises(
        AssertionError, match=r"on drawn-0\d the policy receives data of drawn-0\d: Job, tuple"
    ):
        Small().test_a_policy_receives_nothing_of_another_group(replace(order, evaluator=Leaking(order)))


def test_members_of_an_enumeration_are_everybodys(order: Problem) -> None:
    class Giving(Changed):
        def task(self, instance: Instance, limits: Limits, /) -> Any:
            return Split.SMOKE

    one, other = (Instance(name, name, name, name, data) for name, data in [("a", 1), ("b", [Split.SMOKE])])
    check_isolation(replace(order, evaluator=Giving(order)), one, other)


def test_a_brief_without_forbidden_things_is_named(order: Problem) -> None:
    with pytest.raises(AssertionError, match="expected the headings"):
        Small().test_the_brief_has_its_parts(replace(order, brief=order.brief.replace("### Forbidden", "")))


def test_a_split_without_limits_is_named(order: Problem) -> None:
    limits = dict(order.limits)
    del limits[Split.HOLDOUT]
    with pytest.raises(AssertionError, match="no limits are stated for holdout"):
        Small().test_limits_are_stated_for_each_split(replace(order, limits=limits))


class Credulous(Changed):
    """Takes any answer, and gives it what `worth` says."""

    def __init__(self, order: Problem, worth: Callable[[Any], float]) -> None:
        super().__init__(order)
        self._worth = worth

    def measure(self, instance: Instance, answer: Any, /) -> Outcome:
        return Outcome(self._worth(answer), {"late": 0.0, "first_s": 0.0})


def test_a_trusted_side_that_an_answer_breaks_is_seen(order: Problem) -> None:
    breaking = Credulous(order, lambda answer: answer[5] * 0.0)
    with pytest.raises(IndexError):
        Small().test_nonsense_is_a_fault_and_no_crash(replace(order, evaluator=breaking))


def test_nonsense_that_scores_well_is_named(order: Problem) -> None:
    misled = Credulous(order, lambda answer: 1.0 / (1 + len(answer)))
    with pytest.raises(AssertionError, match="answers at random beat the best baseline"):
        Small().test_nonsense_is_a_fault_and_no_crash(replace(order, evaluator=misled))


def test_a_policy_that_scores_otherwise_the_second_time_is_named(order: Problem) -> None:
    count = iter(range(1, 9))
    drifting = Credulous(order, lambda _: 1.0 / next(count))
    with pytest.raises(AssertionError, match="scored otherwise the second time"):
        Small().test_the_same_policy_scores_the_same_again(replace(order, evaluator=drifting))


def test_a_name_that_leads_to_another_problem_is_named(order: Problem) -> None:
    with pytest.raises(AssertionError, match="entry point 'toy-order' leads to another problem"):
        Small().test_it_is_installed_under_its_name(replace(order, version=2))


def test_a_generated_split_that_is_missing_is_named(order: Problem) -> None:
    workloads = {"generated": (Split.SMOKE, Split.SEARCH, Split.VALIDATION)}
    with pytest.raises(AssertionError, match="workload generated lacks holdout"):
        Small().test_generated_splits_are_made_without_data(replace(order, workloads=workloads))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda split, found: found if split is not Split.SEARCH else (), "search has no instances"),
        (lambda _, found: [*found, found[0]], "smoke has two instances of one name"),
        (lambda _, found: found[:7], "validation has 7 blocks, and needs 8"),
    ],
)
def test_splits_that_are_empty_doubled_or_too_small_are_named(order: Problem, change: Any, why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        Small().test_generated_splits_are_made_without_data(loading(change, order))


def test_an_interface_that_imports_what_no_policy_has_is_named(order: Problem, tmp_path: Path) -> None:
    text = f"{order.interface_text}\n\ndef plan():\n    import torch\n"
    (tmp_path / "interface.py").write_text(text)
    interface = ModuleType("interface")
    interface.__dict__.update(vars(order.interface), __file__=str(tmp_path / "interface.py"))
    with pytest.raises(AssertionError, match=r"interface imports \['torch'\]"):
        Small().test_the_interface_imports_only_what_every_policy_may(replace(order, interface=interface))


def test_a_single_baseline_is_named(order: Problem) -> None:
    alone = replace(order, baselines=order.baselines[:1], seeds=("idle",))
    with pytest.raises(AssertionError, match="expected two baselines, or more"):
        Small().test_baselines_are_two_at_least_and_seeds_are_baselines(alone)


def test_a_seed_that_is_no_baseline_is_named(order: Problem) -> None:
    with pytest.raises(AssertionError, match=r"seeds \('luck',\) are not all among"):
        Small().test_baselines_are_two_at_least_and_seeds_are_baselines(replace(order, seeds=("luck",)))


@pytest.mark.parametrize(("axes", "why"), [((), "expected an axis"), ((Axis("late", ()),), "has no edges")])
def test_an_archive_that_tells_nothing_apart_is_named(
    order: Problem, axes: tuple[Axis, ...], why: str
) -> None:
    with pytest.raises(AssertionError, match=why):
        Small().test_the_archive_has_axes(replace(order, axes=axes))


def test_limits_of_nothing_are_named(order: Problem) -> None:
    limits = {**order.limits, Split.SEARCH: replace(order.limits[Split.SEARCH], answer_bytes=0)}
    with pytest.raises(AssertionError, match="answer_bytes of search must be above 0"):
        Small().test_limits_are_stated_for_each_split(replace(order, limits=limits))


@pytest.mark.parametrize("hints", ["1. One.\n", "1. One.\n3. Two.\n"])
def test_hints_that_cannot_be_released_one_by_one_are_named(order: Problem, hints: str) -> None:
    brief = order.brief.split("## Hints")[0] + "## Hints\n\n" + hints
    with pytest.raises(AssertionError, match="hints"):
        Small().test_the_brief_has_its_parts(replace(order, brief=brief))


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "rows have different columns, or none"),
        ([{"decision": 1}, {"decision": 1, "late": 0}], "rows have different columns, or none"),
        ([{"job": 1}], "no column is called decision"),
        ([{"decision": 1, "late_s": float("nan")}], "late_s is nan, and no text or finite number"),
    ],
)
def test_a_timeline_that_cannot_be_tabled_is_named(
    order: Problem, rows: Sequence[Mapping[str, float]], why: str
) -> None:
    with pytest.raises(AssertionError, match=why):
        Small().test_a_timeline_tells_each_decision(replace(order, timeline=lambda *_: rows))


def test_a_timeline_that_skips_decisions_is_named(toy: Path) -> None:
    skipping = replace(get("toy-gate"), timeline=lambda *_: [{"waiting": 1}])
    with pytest.raises(AssertionError, match="1 rows of 48 decisions"):
        Small().test_a_timeline_tells_each_decision(skipping)
