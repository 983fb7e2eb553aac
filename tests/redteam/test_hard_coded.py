"""Answers to the published instances, written into a policy, are noticed by what it does elsewhere."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from evolve.cli import main
from problems.base import OneShot, Problem, Split
from problems.datasets import DataFolder, DataMissing
from problems.registry import get

CARRIES = '''

import hashlib

_ANSWERS = {answers}
_honest = solve


def fingerprint(value):
    """Names a task by all that is in it but its time."""
    if hasattr(value, "tobytes"):
        return hashlib.sha256(value.tobytes()).hexdigest()
    if isinstance(value, (tuple, list)):
        return hashlib.sha256(repr([fingerprint(part) for part in value]).encode()).hexdigest()
    parts = [*getattr(value, "__slots__", ())]
    if parts:
        return fingerprint([getattr(value, part) for part in parts if part != "cpu_s"])
    return repr(value)


def solve(task):
    return _ANSWERS.get(fingerprint(task)) or _honest(task)
'''


def hard_coded(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> str:
    """The idle policy with the best baseline's answers to every published instance."""
    try:
        published = problem.load("generated", Split.PUBLISHED, DataFolder.find())
    except DataMissing as missing:
        pytest.skip(str(missing))
    monkeypatch.setitem(sys.modules, "interface", problem.interface)
    best: dict[str, Any] = {}
    exec(compile(problem.best_baseline.source, "best.py", "exec"), best)
    naming: dict[str, Any] = {"solve": None}
    exec(compile(CARRIES.format(answers={}), "naming.py", "exec"), naming)
    evaluator: OneShot = problem.evaluator  # type: ignore[assignment]  # the problems below are one-shot
    tasks = [evaluator.task(instance, problem.limits[Split.PUBLISHED]) for instance in published]
    answers = {naming["fingerprint"](task): best["solve"](task) for task in tasks}
    return problem.baselines[0].source + CARRIES.format(answers=answers)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cloudcast", "prism", "txn"])
def test_published_answers_in_a_policy_are_suspicious(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem, policy = get(name), tmp_path / "policy.py"
    policy.write_text(hard_coded(problem, monkeypatch))
    monkeypatch.setattr(sys, "argv", ["adrs", "eval", name, str(policy), "--split", "published", "--json"])
    assert main() == 0
    found = json.loads(capsys.readouterr().out)
    assert found["gap"]["lead"] == pytest.approx(0.0, abs=1e-9)
    assert found["gap"]["suspicious"] is True
