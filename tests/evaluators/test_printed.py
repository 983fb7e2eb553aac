"""What policies print reaches people, once an evaluation, where it helps most."""

import pytest

from evaluators.drive import Bench, GroupTask, measure_group
from evaluators.values import Evaluation, Measurement, with_one_output
from problems.base import Split, groups
from problems.datasets import DataFolder
from problems.registry import get
from sandbox import ForkServer, Mode
from sandbox.faults import Fault, FaultKind

FAULT = Fault(FaultKind.RAISED, "exception", "ValueError: no")


def said(name: str, printed: str, fault: Fault | None = None) -> Measurement:
    return Measurement(name, name, name, 0.0, {}, fault, printed)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([said("a", ""), said("b", "hi"), said("c", "ho")], ("b", "hi")),
        ([said("a", "hi"), said("b", "", FAULT), said("c", "ho", FAULT)], ("c", "ho")),
        ([said("a", ""), said("b", "", FAULT)], None),
        ([], None),
    ],
)
def test_the_first_fault_that_says_something_is_heard(
    found: list[Measurement], expected: tuple[str, str] | None
) -> None:
    kept = with_one_output(found)
    assert Evaluation.of(Split.SMOKE, kept).printed == expected
    assert sum(bool(m.printed) for m in kept) == (expected is not None)
    assert [m.instance for m in kept] == [m.instance for m in found]


PRINTS = """
from interface import Decision
class Policy:
    made = 0
    def __init__(self, setup):
        Policy.made += 1
        self.number = Policy.made
        print("starts", self.number)
    def step(self, observation):
        if self.number == 2:
            raise ValueError("no")
        return Decision.ON_DEMAND
"""


def test_a_group_is_quoted_at_its_first_fault() -> None:
    problem = get("spot")
    instances = problem.load("generated", Split.SEARCH, DataFolder.find())
    group = next(group for group in groups(tuple(instances)) if len(group) > 1)
    with ForkServer.start(Mode.AUTO) as server:
        task = GroupTask(group, problem.limits[Split.SEARCH])
        found = measure_group(Bench(server, 4.0), problem, PRINTS, task).measurements
    assert [i for i, m in enumerate(found) if m.printed] == [1]
    assert found[1].printed == "\n".join(f"starts {i + 1}" for i in range(len(group)))
