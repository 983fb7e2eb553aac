"""A trusted side that is broken on purpose is found out, and a sound one is not."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaluators.audit.attacks import Attack, attacks
from evaluators.audit.auditing import Audit, Stages, places
from evaluators.audit.carrying import explained, hard_coded
from evaluators.audit.cheating import Arena, attacked
from evaluators.audit.findings import Finding, Verdict, bad
from evaluators.audit.guard import TrustedSideBroken
from evaluators.audit.mutation import Examiner
from evaluators.audit.steadiness import steady
from evaluators.decisions import Decided, decided
from evaluators.drive import Bench
from evaluators.testing import benched
from problems.base import Instance, InvalidAnswer, Limits, Outcome, Problem, Split
from problems.registry import get
from problems.testing import generated
from sandbox.faults import fault


@pytest.fixture(scope="module")
def order(toy: Path) -> Problem:
    return get("toy-order")


@pytest.fixture(scope="module")
def gate(toy: Path) -> Problem:
    return get("toy-gate")


@pytest.fixture(scope="module")
def bench(order: Problem) -> Iterator[Bench]:
    with benched(order) as found:
        yield found


def stages(problem: Problem) -> Stages:
    return {split: generated(problem, split) for split in (Split.SEARCH, Split.VALIDATION)}


def audited(bench: Bench, problem: Problem, policy: str | None = None) -> dict[str, Finding]:
    begun = Audit.begun(bench, problem, stages(problem), policy)
    return {finding.name: finding for finding in begun.findings()}


def examined(bench: Bench, problem: Problem) -> dict[str, Finding]:
    """Only the changed answers."""
    firsts = [group[0] for group in places(generated(problem, Split.SEARCH))]
    answers = decided(problem, problem.best_baseline.source, firsts, Split.SEARCH, bench)
    return {finding.name: finding for finding in Examiner(problem).findings(answers)}


def named(name: str) -> Attack:
    return next(attack for attack in attacks() if attack.name == name)


class Careless:
    """The trusted side of `toy-order`, which takes what `judge` takes, and scores as it says."""

    def __init__(self, order: Problem, judge: Callable[[Any, Instance, Any], Outcome]) -> None:
        self._order: Any = order.evaluator
        self._judge = judge

    def task(self, instance: Instance, limits: Limits, /) -> Any:
        return self._order.task(instance, limits)

    def measure(self, instance: Instance, answer: Any, /) -> Outcome:
        return self._judge(self._order, instance, answer)


def careless(order: Problem, judge: Callable[[Any, Instance, Any], Outcome]) -> Problem:
    return replace(order, evaluator=Careless(order, judge))


def test_nothing_gains_on_a_sound_one_shot_problem(bench: Bench, order: Problem) -> None:
    found = audited(bench, order)
    assert bad(found.values()) == ()
    assert found["drops a part"].verdict is Verdict.STOPPED
    assert "missing_index" in found["drops a part"].outcome


def test_nothing_gains_on_a_sound_step_wise_problem(bench: Bench, gate: Problem) -> None:
    found = audited(bench, gate)
    assert bad(found.values()) == ()
    assert found["drops a part"].verdict is Verdict.UNFIT
    assert found["drops_an_item"].verdict is Verdict.UNFIT


def forgetful(order: Any, instance: Instance, answer: Any) -> Outcome:
    """Never looks for jobs that are missing."""
    jobs = instance.data
    best = sum(job.weight for job in jobs)
    if any(not 0 <= i < len(jobs) for i in answer):
        raise InvalidAnswer("index_range", "no such job")
    return Outcome(1.0 - 0.9 * sum(jobs[i].weight for i in set(answer)) / best, {"late": 0.0, "first_s": 0.0})


def test_a_trusted_side_that_takes_what_is_left_out_is_found(bench: Bench, order: Problem) -> None:
    found = audited(bench, careless(order, forgetful))
    gaining = {name for name, finding in found.items() if finding.verdict is Verdict.GAINS}
    assert {"drops a part", "empties a part", "drops_an_item", "answers_empty"} <= gaining
    assert "below zero" not in gaining


def unindexed(order: Any, instance: Instance, answer: Any) -> Outcome:
    """Counts from the end, and falls off the other one."""
    jobs = [instance.data[i] for i in answer]
    return Outcome(1.0 / (1.0 + sum(job.length_s for job in jobs)), {"late": 0.0, "first_s": 0.0})


def test_a_trusted_side_that_raises_is_found(bench: Bench, order: Problem) -> None:
    found = examined(bench, careless(order, unindexed))
    assert found["far beyond"].verdict is Verdict.BREAKS
    assert "IndexError" in found["far beyond"].outcome


def rewarding(order: Any, instance: Instance, answer: Any) -> Outcome:
    """Scores repeated jobs above the bound."""
    share = len(answer) / len(instance.data)
    return Outcome(share if share > 1.0 else 0.5 * share, {"late": 0.0, "first_s": 0.0})


def test_a_score_above_the_bound_is_found(bench: Bench, order: Problem) -> None:
    found = examined(bench, careless(order, rewarding))
    assert found["repeats a part"].verdict is Verdict.BREAKS
    assert "not in [0, 1]" in found["repeats a part"].outcome


def test_a_trusted_side_that_remembers_is_found(bench: Bench, order: Problem) -> None:
    seen: list[str] = []

    def tiring(trusted: Any, instance: Instance, answer: Any) -> Outcome:
        seen.append(instance.name)
        outcome: Outcome = trusted.measure(instance, answer)
        return replace(outcome, score=outcome.score / len(seen))

    assert examined(bench, careless(order, tiring))["as it is"].verdict is Verdict.DIFFERS


def test_a_wrong_outcome_of_honest_work_is_said_at_once(bench: Bench, order: Problem) -> None:
    generous = careless(order, lambda *_: Outcome(1.5, {"late": 0.0, "first_s": 0.0}))
    with pytest.raises(TrustedSideBroken, match=r"the score 1\.5 on drawn-00"):
        Audit.begun(bench, generous, stages(order), None)


def carried(bench: Bench, problem: Problem, unseen: Split) -> Finding:
    met, other = (
        Arena.of(bench, problem, places(generated(problem, split))) for split in (Split.SEARCH, unseen)
    )
    idle, best = problem.baselines[0].source, problem.best_baseline.source
    answers = decided(problem, best, [i for group in met.groups for i in group], Split.SEARCH, bench)
    honest = sum(m.score for m in met.measured(idle)) / len(met.measured(idle))
    return hard_coded(met, other, idle, answers, met_honest=honest)


@pytest.mark.parametrize("name", ["toy-order", "toy-gate"])
def test_carried_answers_are_of_use_where_they_were_found_alone(bench: Bench, toy: Path, name: str) -> None:
    assert carried(bench, get(name), Split.VALIDATION).verdict is Verdict.HARMLESS
    assert carried(bench, get(name), Split.SEARCH).verdict is Verdict.GAINS


def test_answers_too_large_to_be_carried_are_no_attack(bench: Bench, order: Problem) -> None:
    arena = Arena.of(bench, order, places(generated(order, Split.SEARCH))[:1])
    instance, idle = arena.groups[0][0], order.baselines[0].source
    answer = Decided(instance, arena.measured(idle)[0], (tuple(range(100_000)),))
    assert hard_coded(arena, arena, idle, [answer], met_honest=0.5).verdict is Verdict.UNFIT


def test_instances_that_share_a_process_and_should_not_are_a_leak(bench: Bench, order: Problem) -> None:
    together = tuple(replace(i, group="g", block="b") for i in generated(order, Split.SEARCH))
    arena, idle = Arena.of(bench, order, [together]), order.baselines[0].source
    found = attacked(arena, named("keeps_globals"), idle, honest=arena.measured(idle), best=1.0)
    assert found.verdict is Verdict.LEAKS
    assert found.outcome == "two one-shot instances share a process"


def test_an_edit_that_a_better_policy_might_make_is_something_to_look_at(
    bench: Bench, order: Problem
) -> None:
    idle = careless(order, forgetful)
    arena = Arena.of(bench, idle, places(generated(order, Split.SEARCH))[:1])
    honest = arena.measured(order.baselines[0].source)
    verdicts = [
        attacked(arena, named(name), order.baselines[0].source, honest=honest, best=1.0).verdict
        for name in ("drops_an_item", "answers_empty")
    ]
    assert verdicts == [Verdict.DOUBTFUL, Verdict.GAINS]


def test_an_audit_that_takes_long_is_made_on_two_places(bench: Bench, order: Problem) -> None:
    begun = Audit.begun(bench, order, stages(order), None)
    short = begun.shortened()
    assert [m.instance for m in short.honest] == ["drawn-00", "drawn-05"]
    assert short.predicted_s < begun.predicted_s


class Raising:
    """The trusted side of `toy-gate`, which raises where it should end."""

    def __init__(self, gate: Problem) -> None:
        self._gate: Any = gate.evaluator

    def setup(self, instance: Instance, limits: Limits, /) -> Any:
        return self._gate.setup(instance, limits)

    def simulate(self, instance: Instance, /) -> Generator[Any, Any, Outcome]:
        yield from self._gate.simulate(instance)
        raise KeyError(instance.name)


def test_a_step_wise_trusted_side_that_raises_is_found(bench: Bench, gate: Problem) -> None:
    with pytest.raises(TrustedSideBroken, match="KeyError"):
        Audit.begun(bench, replace(gate, evaluator=Raising(gate)), stages(gate), None)


UNSTEADY = """
import time


def solve(task):
    n = len(task.jobs)
    k = time.perf_counter_ns() // 1000 % n
    return tuple(range(k, n)) + tuple(range(k))
"""


def verdicts_of(bench: Bench, problem: Problem, policy: str) -> list[Verdict]:
    arena = Arena.of(bench, problem, places(generated(problem, Split.SEARCH)))
    return [finding.verdict for finding in steady(arena, policy, arena.measured(policy))]


def test_a_policy_that_goes_by_the_clock_is_found(bench: Bench, order: Problem) -> None:
    assert Verdict.DIFFERS in verdicts_of(bench, order, UNSTEADY)


def test_running_out_of_time_once_is_only_something_to_look_at(bench: Bench, order: Problem) -> None:
    arena = Arena.of(bench, order, places(generated(order, Split.SEARCH))[:1])
    late = replace(arena.measured(order.baselines[0].source)[0], score=0.0, fault=fault("cpu_limit", "late"))
    found = [finding.verdict for finding in steady(arena, order.baselines[0].source, [late])]
    assert found == [Verdict.DOUBTFUL] * 2


def test_a_steady_policy_is_measured_alike_in_any_order(bench: Bench, order: Problem) -> None:
    assert verdicts_of(bench, order, order.baselines[1].source) == [Verdict.HARMLESS] * 2


def test_attacked_instances_lie_far_apart(order: Problem) -> None:
    chosen = [group[0].name for group in places(generated(order, Split.SEARCH))]
    assert chosen == ["drawn-00", "drawn-02", "drawn-03", "drawn-05"]


@pytest.mark.parametrize(
    ("at_home", "lead", "allowed"), [(0.2, 0.3, 0.1), (-0.001, 0.007, 0.007), (0.001, -0.5, 0.002)]
)
def test_decisions_that_are_worth_nothing_where_they_were_taken_are_no_answers(
    at_home: float, lead: float, allowed: float
) -> None:
    assert explained(at_home, lead, 0.002) == allowed
