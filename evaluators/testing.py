"""What every problem is held to when policies are measured on it: subclass, and say which problem is meant.

    class TestMine(MeasuredProblemTestCase):
        @pytest.fixture
        def problem(self) -> Problem:
            return PROBLEM

The rules that need no sandbox, `problems.testing`, come with it.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from evaluators.calibration import cpu_scale
from evaluators.decisions import decided
from evaluators.drive import Bench, GroupTask, measure_group, runtime
from evaluators.nonsense import MUTE, random_policy
from evaluators.values import SCORE_SLACK, Evaluation, Measurement
from evaluators.worker import open_bench
from problems.base import Problem, Split, groups
from problems.testing import ProblemTestCase, generated
from sandbox import ForkServer

SCORE_DIGITS = 4
"""Scores of baselines are recorded so."""

RANDOM_POLICIES = 8
"""So many are tried: most answers at random break the first rule that they meet."""


class MeasuredProblemTestCase(ProblemTestCase):
    """All rules; a subclass has a fixture `problem`.

    Attributes:
        measured: Splits on which baselines are measured. Scores of baselines are compared with those that are
            recorded if VALIDATION is among them.
    """

    measured: ClassVar[tuple[Split, ...]] = (Split.SMOKE, Split.VALIDATION)

    def test_baselines_keep_the_rules_and_the_bound(self, problem: Problem) -> None:
        """No baseline has a fault or passes the bound, and the archive finds its metrics."""
        with benched(problem) as bench:
            check_baselines(bench, problem, self.measured)

    def test_the_same_policy_scores_the_same_again(self, problem: Problem) -> None:
        """In another process; what is measured depends on nothing but the policy and the instance."""
        with benched(problem) as bench:
            check_repeatable(bench, problem)

    def test_nonsense_is_a_fault_and_no_crash(self, problem: Problem) -> None:
        """Answers at random score no more than the best baseline, and no answer at all is a fault."""
        with benched(problem) as bench:
            check_nonsense(bench, problem)

    def test_a_timeline_tells_each_decision(self, problem: Problem) -> None:
        """Where a problem has one: a row a decision, finite figures and texts, the same columns in each."""
        with benched(problem) as bench:
            check_timeline(bench, problem)


@contextmanager
def benched(problem: Problem) -> Iterator[Bench]:
    """Starts a fork server for a problem's policies, with limits scaled to this core.

    Raises:
        SandboxUnavailable: This machine has not what it takes; `adrs doctor` says what to do.
    """
    with ForkServer.start(runtime=runtime(problem.limits[Split.SEARCH])) as server:
        yield open_bench(problem, server, cpu_scale())


def evaluation(bench: Bench, problem: Problem, source: str, split: Split) -> Evaluation:
    """Measures a policy on every group of a generated split, one after the other."""
    limits, found = problem.limits[split], list[Measurement]()
    for group in groups(generated(problem, split)):
        found += measure_group(bench, problem, source, GroupTask(group, limits)).measurements
    return Evaluation.of(split, tuple(found))


def check_baselines(bench: Bench, problem: Problem, splits: Sequence[Split]) -> None:
    """Asserts that baselines have no faults, pass no bound, and score as recorded on VALIDATION."""
    for baseline in problem.baselines:
        for split in splits:
            found = evaluation(bench, problem, baseline.source, split)
            check_outcomes(problem, baseline.name, found)
            if split is Split.VALIDATION:
                check_recorded(baseline.name, found, baseline.score)


def check_repeatable(bench: Bench, problem: Problem) -> None:
    """Asserts that two children with one policy are measured alike."""
    best = problem.best_baseline
    twice = [evaluation(bench, problem, best.source, Split.SMOKE).measurements for _ in range(2)]
    first, second = ([(m.score, m.metrics) for m in once] for once in twice)
    assert first == second, f"baseline {best.name} scored otherwise the second time: {first}, then {second}"


def check_nonsense(bench: Bench, problem: Problem) -> None:
    """Asserts that answers at random gain nothing, and that none at all are faults."""
    best = evaluation(bench, problem, problem.best_baseline.source, Split.SMOKE).score
    for seed in range(RANDOM_POLICIES):
        drawn = evaluation(bench, problem, random_policy(seed), Split.SMOKE)
        check_bound("a policy that answers at random", drawn.measurements)
        assert (drawn.score or 0.0) <= (best or 0.0), "answers at random beat the best baseline on smoke"
    mute = evaluation(bench, problem, MUTE, Split.SMOKE)
    assert len(mute.faults) == len(mute.measurements), "a policy that answers nothing has no fault"


def check_timeline(bench: Bench, problem: Problem) -> None:
    """Asserts that what a problem tells of its baselines' decisions can be tabled."""
    if problem.timeline is None:
        return
    for baseline in problem.baselines:
        for found in decided(problem, baseline.source, generated(problem, Split.SMOKE), Split.SMOKE, bench):
            told = problem.timeline(found.instance, found.observations, found.decisions)
            where = f"timeline of baseline {baseline.name} on {found.instance.name}"
            wanted = f"{len(found.decisions)} decisions"
            assert problem.one_shot or len(told) == len(found.decisions), (
                f"{where}: {len(told)} rows of {wanted}"
            )
            assert len({tuple(row) for row in told}) == 1, f"{where}: rows have different columns, or none"
            assert not problem.one_shot or "decision" in told[0], f"{where}: no column is called decision"
            for name, cell in (item for row in told for item in row.items()):
                fine = isinstance(cell, str) or (isinstance(cell, int | float) and math.isfinite(cell))
                assert fine, f"{where}: {name} is {cell!r}, and no text or finite number"


def check_outcomes(problem: Problem, name: str, found: Evaluation) -> None:
    """Asserts that a baseline has no fault and keeps the bound, and that its metrics are what is needed."""
    for instance, fault in found.faults:
        raise AssertionError(f"baseline {name} on {instance} of {found.stage}: {fault.rule}: {fault.message}")
    check_bound(f"baseline {name}", found.measurements)
    wanted = {axis.metric for axis in problem.axes} | set(problem.counts)
    names = set(found.measurements[0].metrics)
    assert wanted <= names, f"metrics {sorted(wanted - names)} of axes or counts are not measured"
    for m in found.measurements:
        assert set(m.metrics) == names, (
            f"{m.instance} of {found.stage} has other metrics: {sorted(m.metrics)}"
        )


def check_bound(who: str, measurements: Sequence[Measurement]) -> None:
    """Asserts that scores are in [0, 1]; what is below, or not finite, cannot be measured at all."""
    for m in measurements:
        assert m.score <= 1.0 + SCORE_SLACK, (
            f"{who} scores {m.score} on {m.instance}: the bound is wrong, since nothing can pass a bound"
        )


def check_recorded(name: str, found: Evaluation, recorded: float) -> None:
    """Asserts that a recorded score is the measured one."""
    score = round(found.score or 0.0, SCORE_DIGITS)
    assert score == recorded, f"baseline {name} scores {score} on validation, but {recorded} is recorded"
