"""`adrs verify`: a policy measured wherever it can be, and what that proves."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from evolve.cli.exits import Exit
from tests.evolve.cli.conftest import Adrs, Ended

SMITH = """
def solve(task):
    jobs = task.jobs
    return tuple(sorted(range(len(jobs)), key=lambda i: jobs[i].length_s / jobs[i].weight))
"""
IDLE = "def solve(task):\n    return tuple(range(len(task.jobs)))\n"
FAULTY = "def solve(task):\n    return (0, 0)\n"
FICKLE = """
import time

def solve(task):
    jobs, bit = task.jobs, time.perf_counter_ns() // 64 % 2
    order = sorted(range(len(jobs)), key=lambda i: jobs[i].length_s / jobs[i].weight)
    return tuple(order if bit else reversed(order))
"""
CARRIES_ANSWERS = SMITH.replace("return", "if len(jobs) == 3: return (2, 0, 1)\n    return").replace(
    "jobs[i].length_s / jobs[i].weight", "jobs[i].length_s"
)


@pytest.fixture
def verified(adrs: Adrs, tmp_path: Path) -> Any:
    """Verifies a source on `toy-order`."""

    def verify(source: str, *words: object) -> Ended:
        (tmp_path / "mine.py").write_text(source)
        return adrs("verify", "toy-order", "mine.py", "--evals", "4", *words)

    return verify


def places(found: dict[str, Any]) -> dict[str, Any]:
    return {place["title"]: place for place in found["places"]}


def test_a_policy_that_is_better_everywhere_is_verified(verified: Any) -> None:
    ended = verified(SMITH, "--json")
    assert ended.code == Exit.DONE, ended.err
    found = ended.json
    assert found["verdict"]["status"] == "verified"
    assert list(places(found)) == ["validation", "holdout", "rush"]
    assert {place["score"] for place in found["places"]} == {1.0}
    assert all(place["leads"][0]["low"] > 0 for place in found["places"])
    assert found["differing"] == 0
    assert found["optimality_gap"] == 0.0
    assert found["decisions"]["calls"] == 10
    assert 0.0 <= found["decisions"]["p50_s"] <= found["decisions"]["p99_s"] < 0.2


def test_the_cost_is_told_before_and_what_was_found_after(verified: Any) -> None:
    ended = verified(SMITH)
    assert ended.err.index("verifying mine.py against shortest on 3 sets takes about") == len("adrs: ")
    assert "verified: ahead of shortest on validation and holdout" in " ".join(ended.out.split())
    assert "paired bootstrap by blocks" in ended.out
    assert "toy/orders.csv is needed" in " ".join(ended.out.split())


@pytest.mark.slow
def test_looks_at_holdout_are_counted(verified: Any, adrs: Adrs) -> None:
    assert verified(SMITH, "--json").json["looks"] == 1
    assert verified(IDLE, "--json").json["looks"] == 2
    ended = adrs("eval", "toy-order", "mine.py", "--split", "holdout")
    assert "looked at 3 times" in ended.err


@pytest.mark.slow
def test_a_worse_policy_is_refuted(verified: Any) -> None:
    found = verified(IDLE, "--json").json
    assert found["verdict"]["status"] == "refuted"
    assert found["verdict"]["reasons"][0].startswith("behind shortest on validation: -0.")


@pytest.mark.slow
def test_a_baseline_itself_is_not_verified(adrs: Adrs) -> None:
    found = adrs("verify", "toy-order", "best", "--evals", "2", "--json").json
    assert found["verdict"]["status"] == "not verified"
    assert "is not sure: +0.0000" in found["verdict"]["reasons"][0]


@pytest.mark.slow
def test_every_baseline_is_tuned_where_it_can_be(verified: Any) -> None:
    found = verified(SMITH, "--against", "all", "--json").json
    leads = places(found)["holdout"]["leads"]
    assert [(lead["against"], lead["tuned"]) for lead in leads] == [
        ("idle", False),
        ("shortest", False),
        ("weighted", False),
        ("weighted", True),
    ]
    assert leads[3]["difference"] < leads[2]["difference"]
    assert "idle has no constants to tune" in found["notes"]
    (against,) = {lead["against"] for lead in places(found)["rush"]["leads"]}
    assert against == "shortest"


def test_a_policy_that_fails_is_refuted_at_once(verified: Any) -> None:
    ended = verified(FAULTY, "--json")
    assert ended.code == Exit.POLICY
    assert list(places(ended.json)) == ["validation"]
    assert ended.json["verdict"]["reasons"][0] == (
        "10 of 10 instances of validation ended with a fault: duplicate_index on drawn-00"
    )
    assert ended.json["looks"] == 0


def test_a_policy_that_decides_by_the_clock_is_refuted(verified: Any) -> None:
    found = verified(FICKLE, "--json").json
    assert found["differing"] > 0
    assert any("two fresh measurements disagree" in reason for reason in found["verdict"]["reasons"])


@pytest.mark.slow
def test_measured_sets_are_looked_at_where_they_are(verified: Any, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "toy"
    folder.mkdir(parents=True)
    published = [f"published,set-{i},{9 - i % 2} 2 20,9 1 20,1 9 20" for i in range(4)]
    rows = [*published, *(f"validation,day-{i},{i + 2} 2 20,9 {i + 1} 20,1 9 20" for i in range(9))]
    content = "\n".join(rows).encode()
    (folder / "orders.csv").write_bytes(content)
    (folder / "SHA256SUMS").write_text(f"{hashlib.sha256(content).hexdigest()}  orders.csv\n")
    found = verified(CARRIES_ANSWERS, "--json").json
    assert list(places(found)) == ["validation", "holdout", "published", "real validation", "rush"]
    assert set(places(found)["published"]["dialects"]) == {"lb", "sd"}
    assert found["gap"]["validation"] == 0.0


def test_a_runs_champion_is_verified_in_its_log(adrs: Adrs, finished: Path, tmp_path: Path) -> None:
    db = tmp_path / "own.db"
    shutil.copy(finished, db)
    before = adrs("show", "done", "--db", db, "--json").json
    assert before["verification"] is None
    ended = adrs("verify", "done", "--db", db, "--evals", "2", "--json")
    assert ended.json["step"] == before["champion"]["step"]
    after = adrs("show", "done", "--db", db, "--json").json
    assert after["verifications"] == [ended.json["verdict"]["status"]]
    assert after["verification"]["looks"] == 1
    assert {**after, "verification": None, "verifications": []} == before
    assert ended.json["verdict"]["status"] in adrs("show", "done", "--db", db).out
    assert adrs("resume", "done", "--db", db, "--max-evals", "31").code == Exit.DONE


@pytest.mark.slow
def test_a_candidate_may_be_named(adrs: Adrs, finished: Path, tmp_path: Path) -> None:
    db = tmp_path / "own.db"
    shutil.copy(finished, db)
    found = adrs("verify", "done", "0", "--db", db, "--evals", "0", "--json").json
    assert (found["policy"], found["step"]) == ("step 0 of done", 0)
    assert found["evals"] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("toy-order",), "expected a policy to verify, such as: adrs verify toy-order mine.py"),
        (("toy-order", "none.py"), "there is no file none.py"),
        (("toy-order", "best", "--against", "some"), "expected a value of --against, but got 'some'"),
        (("toy-order", "best", "--evals", "1"), "tuning needs 2 evaluations at least"),
        (("no-such",), "there is no problem 'no-such'"),
    ],
)
def test_misuse_is_named(adrs: Adrs, words: tuple[str, ...], message: str) -> None:
    ended = adrs("verify", *words)
    assert ended.code == Exit.USAGE
    assert message in ended.err
