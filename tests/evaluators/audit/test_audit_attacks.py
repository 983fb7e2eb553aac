"""What is appended to a policy: it leaves the policy's own names alone."""

from pathlib import Path

import pytest

from evaluators.audit.attacks import Attack, attacks
from evaluators.audit.changes import CHANGES
from problems.base import Problem
from problems.registry import get

CLASHING = """
_NOWHERE = _solve = _edit = _fits = 7


def solve(task):
    assert (_NOWHERE, _solve, _edit, _fits) == (7, 7, 7, 7)
    return (1, 0)
"""


@pytest.fixture
def order(toy: Path) -> Problem:
    return get("toy-order")


def named(name: str) -> Attack:
    return next(attack for attack in attacks() if attack.name == name)


@pytest.mark.parametrize(("attack", "answer"), [("drops_an_item", (1,)), ("mutates_inputs", (1, 0))])
def test_a_policy_keeps_its_own_names_under_attack(order: Problem, attack: str, answer: object) -> None:
    attacked: dict[str, object] = {}
    exec(named(attack).on(CLASHING, order), attacked)
    solve = attacked["solve"]
    assert callable(solve)
    assert solve(None) == answer


def test_a_helper_called_solve_does_not_make_a_step_wise_policy_one_shot(toy: Path) -> None:
    policy = "def solve(x):\n    return x\n\n\nclass Policy:\n    def step(self, _):\n        return 1\n"
    attacked: dict[str, object] = {}
    exec(named("answers_nothing").on(policy, get("toy-gate")), attacked)
    policy_class = attacked["Policy"]
    assert isinstance(policy_class, type)
    assert policy_class().step(None) is None


def test_an_attack_says_what_it_tries() -> None:
    assert all(attack.aim and attack.aim[-1] == "." for attack in attacks())


@pytest.mark.parametrize(
    ("change", "answer", "versions"),
    [
        ("drops a part", {"a": [1, 2, 3]}, [{}, {"a": [1, 2]}]),
        ("repeats a part", [[1], [2]], [[[1], [2], [2]], [[1, 1], [2]], [[1], [2, 2]]]),
        ("doubles a part", [4, 5, 6], [[4, 5, 4]]),
        ("empties a part", {"a": [1]}, [{}, {"a": []}]),
        ("one beyond", [4, 9, 6], [[4, 9, 10]]),
        ("below zero", [True, 5], [[True, -1]]),
        ("a half", 3, [3.5]),
        ("nothing", "text", []),
    ],
)
def test_a_change_is_made_to_each_part_that_fits(change: str, answer: object, versions: list[object]) -> None:
    found = next(c for c in CHANGES if c.name == change)
    assert list(found.versions(answer)) == versions
