"""`adrs time` as a user meets it: the verdict, its interval, faults, and what is refused."""

from pathlib import Path

import pytest

from problems.registry import get
from tests.evolve.cli.conftest import Adrs

ORDER = """
def solve(task):
    total = 0
    for i in range({work}):
        total += i * i
    return tuple(range(len(task.jobs)))
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(ORDER.format(work=60_000))
    return path


def test_a_policy_is_timed_beside_another_file(adrs: Adrs, policy: Path, tmp_path: Path) -> None:
    light = tmp_path / "light.py"
    light.write_text(ORDER.format(work=20_000))
    ended = adrs("time", "toy-order", policy, "--against", light, "--pairs", 8, "--json")
    found = ended.json
    assert ended.code == 0
    assert (found["unit"], found["pairs"], found["split"]) == ("solve", 8, "search")
    assert (found["policy"]["name"], found["against"]["name"]) == ("mine.py", "light.py")
    assert found["verdict"] == "slower"
    assert 2.0 < found["ratio"]["median"] < 4.5
    assert found["ratio"]["low"] <= found["ratio"]["median"] <= found["ratio"]["high"]
    assert found["sandbox"] in {"full", "strong"}


def test_a_baseline_that_works_twice_takes_twice_the_time(adrs: Adrs, tmp_path: Path) -> None:
    greedy = get("txn").best_baseline
    twice = tmp_path / "twice.py"
    twice.write_text(
        greedy.source + "\n\nonce = solve\n\n\ndef solve(task):\n    once(task)\n    return once(task)\n"
    )
    found = adrs("time", "txn", twice, "--pairs", 12, "--json").json
    assert found["against"]["name"] == greedy.name
    assert found["verdict"] == "slower"
    assert 1.5 < found["ratio"]["low"] <= found["ratio"]["high"] < 2.6


def test_a_step_of_a_policy_is_timed_where_it_decides_step_by_step(adrs: Adrs) -> None:
    found = adrs(
        "time", "spot", "uniform_progress", "--against", "uniform_progress", "--pairs", 6, "--json"
    ).json
    assert (found["unit"], found["policy"]["name"]) == ("step", "uniform_progress")
    assert 0.0 < found["wire_s"] < 0.001
    assert abs(found["difference_s"]["median"]) < found["wire_s"]


def test_two_files_of_one_name_are_told_apart(adrs: Adrs, policy: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / policy.name
    other.parent.mkdir()
    other.write_text(ORDER.format(work=1))
    found = adrs("time", "toy-order", policy, "--against", other, "--pairs", 6, "--json").json
    assert (found["policy"]["name"], found["against"]["name"]) == (str(policy), str(other))


def test_a_file_does_not_stand_in_for_the_baseline_of_its_name(adrs: Adrs) -> None:
    Path("weighted").write_text("def solve(task): return ()\n")
    assert adrs("time", "toy-order", "weighted", "--pairs", 6).code == 0
    assert adrs("time", "toy-order", "./weighted", "--pairs", 6).code == 1


def test_data_that_is_not_there_is_asked_for(adrs: Adrs, policy: Path) -> None:
    ended = adrs("time", "spot", policy, "--workload", "real")
    assert ended.code == 4
    assert ended.out == ""


def test_people_are_told_a_verdict_and_what_it_rests_on(adrs: Adrs, policy: Path) -> None:
    ended = adrs("time", "toy-order", policy, "--against", "weighted", "--pairs", 6)
    assert ended.code == 0
    assert "mine.py against weighted on toy-order search, generated workload" in ended.out
    assert "verdict     mine.py is slower than weighted" in ended.out
    assert "95% of the median of 6 pairs in alternating order" in ended.out


def test_a_policy_that_fails_has_no_time(adrs: Adrs, policy: Path) -> None:
    policy.write_text("def solve(task): return ()\n")
    ended = adrs("time", "toy-order", policy, "--pairs", 6)
    assert ended.code == 1
    assert "mine.py fails, so there is no time to be told" in ended.out
    assert "missing_index" in ended.out
    policy.write_bytes(b"\xff")
    assert adrs("time", "toy-order", policy, "--json").json["fault"]["rule"] == "source_not_utf8"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--pairs", 0), "an interval needs 6 pairs at least, but got --pairs 0"),
        (("--pairs", -3), "an interval needs 6 pairs at least, but got --pairs -3"),
        (("--pairs", "many"), "Invalid value for '--pairs'"),
        (
            ("--split", "holdout"),
            "policies are timed on smoke, search, validation; holdout is for scores alone",
        ),
        (("--split", "dev"), "expected a split, but got 'dev'"),
        (
            ("--against", "wieghted"),
            "expected a baseline of toy-order, but got 'wieghted'; there are: weighted",
        ),
        (("--against", "no/such.py"), "there is no file no/such.py"),
        (("--workload", "none"), "has no workload 'none'"),
        (("--sandbox", "iron"), "expected a sandbox mode, but got 'iron'"),
    ],
)
def test_what_cannot_be_timed_is_said_before_anything_is(
    adrs: Adrs, policy: Path, options: tuple[object, ...], told: str
) -> None:
    ended = adrs("time", "toy-order", policy, *options)
    assert ended.code == 2
    assert told in ended.err
    assert ended.out == ""


def test_a_file_that_is_not_there_is_named(adrs: Adrs, tmp_path: Path) -> None:
    ended = adrs("time", "toy-order", tmp_path / "gone.py")
    assert ended.code == 2
    assert "gone.py; name an existing policy file" in ended.err
