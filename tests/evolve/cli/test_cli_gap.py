"""`adrs eval` on PUBLISHED holds a policy against its own VALIDATION score."""

import hashlib
from pathlib import Path

import pytest

from evaluators.gap import Gap
from evolve.cli.report import gap_sentence
from tests.evolve.cli.conftest import Adrs

BEST = "tuple(sorted(range(len(jobs)), key=lambda i: jobs[i].length_s / jobs[i].weight))"
SMITH = f"def solve(task):\n    jobs = task.jobs\n    return {BEST}\n"
CARRIES_ANSWERS = """
ANSWERS = {9: (2, 0, 1), 8: (2, 0, 1)}


def solve(task):
    known = ANSWERS.get(task.jobs[0].length_s) if len(task.jobs) == 3 else None
    return known or tuple(range(len(task.jobs)))
"""


@pytest.fixture
def data(tmp_path: Path) -> None:
    """Published orders in which the last job belongs first."""
    folder = tmp_path / "data" / "toy"
    folder.mkdir(parents=True)
    rows = [f"published,set-{i},{9 - i % 2} 2 20,9 1 20,1 9 20" for i in range(4)]
    content = "\n".join(rows).encode()
    (folder / "orders.csv").write_bytes(content)
    (folder / "SHA256SUMS").write_text(f"{hashlib.sha256(content).hexdigest()}  orders.csv\n")


def write(folder: Path, source: str) -> Path:
    (folder / "policy.py").write_text(source)
    return folder / "policy.py"


@pytest.mark.usefixtures("data")
def test_hard_coded_answers_are_flagged(adrs: Adrs, tmp_path: Path) -> None:
    words = ["eval", "toy-order", write(tmp_path, CARRIES_ANSWERS), "--split", "published"]
    found = adrs(*words, "--json").json
    assert found["score"] == 1.0
    assert found["gap"]["suspicious"] is True
    assert found["gap"]["reference"] == "shortest"
    assert found["gap"]["lead"] >= 0.0 > found["gap"]["high"]


@pytest.mark.usefixtures("data")
def test_a_policy_that_is_as_good_elsewhere_is_not(adrs: Adrs, tmp_path: Path) -> None:
    words = ["eval", "toy-order", write(tmp_path, SMITH), "--split", "published"]
    ended = adrs(*words)
    assert "predicts [" in ended.out
    assert "SUSPICIOUS" not in ended.out


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("words", [["--baseline", "weighted", "--split", "published"], ["policy.py"]])
def test_nothing_is_suspected_of_a_baseline_or_on_another_split(
    adrs: Adrs, tmp_path: Path, words: list[str]
) -> None:
    write(tmp_path, SMITH)
    assert adrs("eval", "toy-order", *words, "--json").json["gap"] is None


def test_people_are_told_what_it_looks_like_and_what_to_believe() -> None:
    told = gap_sentence(Gap(0.1, -0.2, -0.3, -0.1), "weighted")
    assert told.startswith(
        "SUSPICIOUS: +0.1000 over weighted; validation (-0.2000) predicts [-0.3000, -0.1000]"
    )
    assert "believe its validation and holdout scores" in told


def test_too_few_blocks_are_said_to_predict_nothing() -> None:
    assert "nothing, since it has under 8 blocks" in gap_sentence(Gap(0.1, 0.0, None, None), "weighted")
