"""`adrs audit`, as it is called."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from problems import registry
from problems.base import Split
from problems.registry import get
from problems.testing import generated
from tests.evolve.cli.conftest import Adrs

CARRIES = """
from interface import Task

ANSWERS = {answers}


def solve(task: Task):
    return ANSWERS.get(task.jobs[0][:3] + task.jobs[1][:3], tuple(range(len(task.jobs))))
"""


@pytest.mark.slow
def test_a_sound_problem_is_passed(adrs: Adrs) -> None:
    ended = adrs("audit", "toy-order", "--json")
    assert ended.code == 0
    assert ended.json["gains"] is False
    assert ended.json["verdict"].startswith("nothing gains")
    assert {attack["part"] for attack in ended.json["attacks"]} == {"candidate", "answer"}


def test_a_problem_whose_bound_is_wrong_is_refused(adrs: Adrs, strange: None) -> None:
    ended = adrs("audit", "toy-hole")
    assert ended.code == 7
    assert "BREAKS IT" in ended.out
    assert "scores are no evidence before this is mended: honest work" in " ".join(ended.out.split())


def test_a_policy_that_carries_answers_to_search_is_refused(adrs: Adrs, tmp_path: Path) -> None:
    answers = {}
    for instance in generated(get("toy-order"), Split.SEARCH):
        jobs = instance.data
        best = sorted(range(len(jobs)), key=lambda i: jobs[i].length_s / jobs[i].weight)
        answers[jobs[0] + jobs[1]] = tuple(best)
    policy = tmp_path / "policy.py"
    policy.write_text(CARRIES.format(answers={tuple(key): value for key, value in answers.items()}))
    ended = adrs("audit", "toy-order", "--policy", policy, "--json")
    found = {attack["name"]: attack for attack in ended.json["attacks"]}
    assert ended.code == 7
    assert found["unseen"]["verdict"] == "fitted"
    assert [name for name, attack in found.items() if attack["bad"]] == ["unseen"]


@pytest.mark.slow
def test_a_baseline_as_a_policy_is_passed(adrs: Adrs, tmp_path: Path) -> None:
    policy = tmp_path / "policy.py"
    policy.write_text(get("toy-order").baselines[2].source)
    ended = adrs("audit", "toy-order", "--policy", policy)
    assert ended.code == 0, ended.out
    assert "attacked on policy.py" in ended.out


@pytest.mark.parametrize(
    ("text", "rule"), [("def solve(task):\n    return ()\n", "missing_index"), ("\0", "source_has_nul")]
)
def test_a_policy_that_fails_by_itself_is_not_audited(
    adrs: Adrs, tmp_path: Path, text: str, rule: str
) -> None:
    policy = tmp_path / "policy.py"
    policy.write_text(text)
    ended = adrs("audit", "toy-order", "--policy", policy)
    assert ended.code == 1
    assert rule in ended.out
    assert "mend it first" in ended.err


def test_a_policy_that_is_none_is_told_as_json_too(adrs: Adrs, tmp_path: Path) -> None:
    policy = tmp_path / "policy.py"
    policy.write_bytes(b"\xff")
    ended = adrs("audit", "toy-order", "--policy", policy, "--json")
    assert ended.code == 1
    assert ended.json["faults"][0]["rule"] == "source_not_utf8"
    assert ended.json["attacks"] == []


@pytest.mark.parametrize("words", [["nowhere"], ["toy-order", "--policy", "none.py"]])
def test_what_is_not_there_is_named(adrs: Adrs, words: list[str]) -> None:
    ended = adrs("audit", *words)
    assert ended.code == 2
    assert words[-1] in ended.err


LATE = """
from dataclasses import replace

from adrs_toy.order import PROBLEM as ORDER
from problems.base import Split


class Late:
    task = ORDER.evaluator.task

    def measure(self, instance, answer):
        if instance in ORDER.load("generated", Split.VALIDATION, None):
            raise KeyError(instance.name)
        return ORDER.evaluator.measure(instance, answer)


PROBLEM = replace(ORDER, name="toy-late", evaluator=Late())
"""


@pytest.fixture
def late(toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Installs `toy-late`, whose trusted side breaks on validation."""
    info = tmp_path / "site" / "late-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: late\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[adrs.problems]\ntoy-late = late:PROBLEM\n")
    (info.parent / "late.py").write_text(LATE)
    with monkeypatch.context() as patch:
        patch.syspath_prepend(info.parent)
        patch.setenv("PYTHONPATH", f"{info.parent}:{toy}")
        registry._entries.cache_clear()
        yield
    registry._entries.cache_clear()
    registry.get.cache_clear()


@pytest.mark.slow
def test_a_trusted_side_that_breaks_on_validation_is_a_finding(
    adrs: Adrs, late: None, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.py"
    policy.write_text(get("toy-order").baselines[1].source)
    ended = adrs("audit", "toy-late", "--policy", policy, "--json")
    broken = {attack["name"]: attack["outcome"] for attack in ended.json["attacks"] if attack["bad"]}
    assert ended.code == 7
    assert broken.keys() == {"hard_codes", "unseen"}
    assert broken["unseen"].startswith("the trusted side broke: KeyError: 'drawn-")
