"""Decisions come from the sandbox, numbers from the trusted side."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from evaluators.drive import Bench, GroupResult, GroupTask, measure_group
from evaluators.worker import open_bench
from problems.base import Instance, Outcome, Problem, Split, groups
from problems.datasets import DataFolder
from problems.registry import get
from sandbox import ForkServer, Mode
from sandbox.faults import FaultKind

pytestmark = pytest.mark.usefixtures("toy")


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with ForkServer.start(Mode.AUTO) as started:
        yield started


@pytest.fixture
def bench(server: ForkServer) -> Bench:
    return Bench(server, cpu_scale=2.0)


def group_of(problem: Problem, index: int = 0, split: Split = Split.SEARCH) -> tuple[Instance, ...]:
    return groups(tuple(problem.load("generated", split, DataFolder.find())))[index]


def measure(bench: Bench, name: str, source: str) -> GroupResult:
    problem = get(name)
    return measure_group(bench, problem, source, GroupTask(group_of(problem), problem.limits[Split.SEARCH]))


ORDER = "def solve(task):\n    n = len(task.jobs)\n    return {}\n"
GATE = """
from interface import Decision
class Policy:
    def __init__(self, setup): {init}
    def step(self, observation): {step}
"""


def test_a_baseline_scores_what_the_trusted_side_computes(bench: Bench) -> None:
    problem = get("toy-order")
    (instance,) = group_of(problem)
    found = measure(bench, "toy-order", ORDER.format("tuple(range(n))"))
    expected = problem.evaluator.measure(instance, tuple(range(len(instance.data))))  # type: ignore[union-attr]
    assert found.measurements[0].score == expected.score
    assert found.measurements[0].metrics == expected.metrics


@pytest.mark.parametrize(
    ("answer", "rule", "element"),
    [
        ("[0] * n", "duplicate_index", "[1]"),
        ("list(range(n - 1))", "missing_index", None),
        ("list(range(1, n + 1))", "index_range", None),
        ("['a'] * n", "answer_type", "[0]"),
        ("[0, float('nan')]", "not_finite", "[1]"),
        ("7", "answer_type", None),
        ("None", "answer_type", None),
    ],
)
def test_a_bad_answer_is_a_fault_with_its_rule(
    bench: Bench, answer: str, rule: str, element: str | None
) -> None:
    (found,) = measure(bench, "toy-order", ORDER.format(answer)).measurements
    assert found.fault is not None
    assert (found.fault.kind, found.fault.rule) == (FaultKind.INVALID, rule)
    assert element is None or found.fault.element == element
    assert (found.score, dict(found.metrics)) == (0.0, {})


def test_one_faulty_item_of_a_group_leaves_the_others_alone(bench: Bench) -> None:
    # Each run of a group has its own Policy object; only the one with the dearer opening raises.
    found = measure(
        bench,
        "toy-gate",
        GATE.format(
            init="self.cost = setup.opening_cost", step="1 / (self.cost - COST); return Decision.OPEN"
        ).replace(
            "from interface",
            f"COST = {group_of(get('toy-gate'))[1].data.setup.opening_cost!r}\nfrom interface",
        ),
    ).measurements
    assert [m.fault is None for m in found] == [True, False], found[0].fault
    assert found[0].score > 0
    assert found[1].fault is not None
    assert "ZeroDivisionError" in found[1].fault.message


def test_a_decision_that_breaks_a_rule_of_the_simulator_is_invalid(bench: Bench) -> None:
    flapping = GATE.format(init="pass", step="return Decision(observation.tick % 2)")
    found = measure(bench, "toy-gate", flapping).measurements
    assert {m.fault.rule for m in found if m.fault} == {"worn_hinges"}


def test_a_policy_that_thinks_too_long_on_average_times_out_at_the_end(bench: Bench) -> None:
    slow = GATE.format(init="pass", step="sum(range(100_000)); return Decision.OPEN")
    found = measure(bench, "toy-gate", slow).measurements
    assert all(m.fault is not None and m.fault.rule == "step_mean_cpu" for m in found)
    assert "on average" in found[0].fault.message  # type: ignore[union-attr]


def test_what_the_wire_costs_is_not_the_policys(server: ForkServer) -> None:
    # A limit that no step can keep, and a wire said to cost more than any step: the difference is judged.
    problem = get("toy-gate")
    group, source = group_of(problem), problem.baselines[0].source
    task = GroupTask(group, replace(problem.limits[Split.SEARCH], step_mean_cpu_s=1e-9))
    charged = measure_group(Bench(server, 1.0), problem, source, task)
    assert all(m.fault is not None and m.fault.rule == "step_mean_cpu" for m in charged.measurements)
    spared = measure_group(Bench(server, 1.0, lambda _: 1.0), problem, source, task)
    assert all(m.fault is None for m in spared.measurements)


def test_the_wire_is_measured_by_the_idle_policy(server: ForkServer) -> None:
    wire_s = open_bench(get("toy-gate"), server, 1.0).wire_s(2)
    assert 1e-7 < wire_s < 1e-3


def test_a_policy_that_draws_numbers_is_measured_repeatably(bench: Bench) -> None:
    drawing = "import random\nimport numpy\n" + ORDER.format(
        "random.sample(range(n), n) if numpy.random.random() < 0.5 else random.sample(range(n), n)"
    )
    first, second = (measure(bench, "toy-order", drawing).measurements for _ in range(2))
    assert first == second


def test_state_does_not_outlive_a_group(bench: Bench) -> None:
    hoarding = "import interface\n" + ORDER.format(
        "tuple(range(n)) if not hasattr(interface, 'seen') and not setattr(interface, 'seen', 1) else 1 / 0"
    )
    for _ in range(2):
        assert measure(bench, "toy-order", hoarding).measurements[0].fault is None


class NotANumber:
    """A trusted side with a defect."""

    def task(self, instance: Instance, limits: object, /) -> object:
        return get("toy-order").evaluator.task(instance, limits)  # type: ignore[union-attr,arg-type]

    def measure(self, instance: Instance, answer: Sequence[int], /) -> Outcome:
        return Outcome(float("nan"), {})


def test_a_score_that_is_no_number_is_our_exception_not_the_candidates_fault(bench: Bench) -> None:
    problem = replace(get("toy-order"), evaluator=NotANumber())
    source, limits = problem.baselines[0].source, problem.limits[Split.SEARCH]
    with pytest.raises(ValueError, match="hole of ours"):
        measure_group(bench, problem, source, GroupTask(group_of(problem), limits))


STALLING = """
import time
from interface import Decision
class Policy:
    def __init__(self, setup): self.n = 0
    def step(self, observation):
        self.n += 1
        if self.n == 20 and {stall}:
            while True: pass
        return {decision}
"""


def measured_again(server: ForkServer, first: str, second: str) -> GroupResult:
    """Measures a group twice, as a pool does after a time-out; the second source is what a clock told."""
    problem = get("toy-gate")
    task = GroupTask(group_of(problem), problem.limits[Split.SEARCH])
    late = measure_group(Bench(server, 2.0), problem, first, task)
    assert all(m.fault is not None and m.fault.kind is FaultKind.TIMED_OUT for m in late.measurements)
    return measure_group(Bench(server, 2.0), problem, second, replace(task, repeats=late.played))


def test_what_was_seen_before_a_time_out_cannot_serve_the_second_measurement(server: ForkServer) -> None:
    first = STALLING.format(stall="True", decision="Decision.OPEN")
    hindsight = STALLING.format(stall="False", decision="Decision(observation.waiting > 0)")
    found = measured_again(server, first, hindsight).measurements
    assert {m.fault.rule for m in found if m.fault} == {"not_repeatable"}
    assert all(m.score == 0.0 for m in found)


def test_a_policy_that_repeats_itself_gets_its_second_chance(server: ForkServer) -> None:
    first = STALLING.format(stall="True", decision="Decision.OPEN")
    same = STALLING.format(stall="False", decision="Decision.OPEN")
    assert all(m.fault is None for m in measured_again(server, first, same).measurements)


@pytest.mark.slow
def test_a_sleeper_is_stopped_by_the_wall(bench: Bench) -> None:
    sleepy = "import time\n" + GATE.format(init="pass", step="time.sleep(0.35); return Decision.OPEN")
    found = measure(bench, "toy-gate", sleepy).measurements
    assert {m.fault.rule for m in found if m.fault} == {"wall_limit"}
