"""`adrs eval all`: every problem's best baseline, their mean, and what was left out and why."""

import pytest

from problems.registry import get, names
from tests.evolve.cli.conftest import Adrs

ALL = ["eval", "all", "--baseline", "best"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Takes some of the installed problems for all of them."""
    chosen = ("prism", "toy-gate", "toy-order", "txn")
    monkeypatch.setattr("evolve.cli.overview.names", lambda: chosen)
    return chosen


@pytest.mark.slow
def test_every_problem_is_measured_with_its_best_baseline(adrs: Adrs) -> None:
    found = adrs(*ALL, "--split", "smoke", "--json").json
    assert [row["problem"] for row in found["problems"]] == list(names())
    assert {row["problem"]: row["policy"] for row in found["problems"]} == {
        name: get(name).best_baseline.name for name in names()
    }
    scores = [row["score"] for row in found["problems"]]
    assert found["mean"] == pytest.approx(sum(scores) / len(scores))
    assert found["skipped"] == []


def test_people_get_a_row_a_problem_and_the_mean(adrs: Adrs, few: tuple[str, ...]) -> None:
    ended = adrs(*ALL, "--split", "smoke")
    assert ended.code == 0
    lines = [line.split() for line in ended.out.splitlines()]
    rows = [line for line in lines if line and line[0] in few]
    assert [row[:2] for row in rows] == [[name, get(name).best_baseline.name] for name in few]
    (mean,) = (line for line in lines if line[:2] == ["mean", "of"])
    scores = [float(row[2]) for row in rows]
    assert mean[2] == str(len(few))
    assert float(mean[3]) == pytest.approx(sum(scores) / len(scores), abs=1e-4)  # as it is rounded


@pytest.mark.usefixtures("few")
def test_missing_data_is_named_and_the_others_are_measured(adrs: Adrs) -> None:
    ended = adrs(*ALL, "--split", "published")
    assert ended.code == 4
    assert "txn/workloads.json is needed" in ended.err
    assert "prism" in ended.out  # whose published set is made by a formula


@pytest.mark.usefixtures("strange")
def test_a_problem_that_cannot_be_imported_stops_no_other(
    adrs: Adrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evolve.cli.overview.names", lambda: ("toy-broken", "toy-order"))
    ended = adrs(*ALL, "--split", "smoke", "--json")
    assert ended.code == 2
    assert [row["problem"] for row in ended.json["skipped"]] == ["toy-broken"]
    assert [row["problem"] for row in ended.json["problems"]] == ["toy-order"]
    assert "no_such_module" in ended.err


@pytest.mark.parametrize(
    "words", [["eval", "all"], ["eval", "all", "p.py"], ["eval", "all", "--baseline", "x"]]
)
def test_one_policy_for_all_is_refused(adrs: Adrs, words: list[str]) -> None:
    ended = adrs(*words)
    assert ended.code == 2
    assert "--baseline best" in ended.err


def test_the_best_baseline_of_one_problem_has_a_name_too(adrs: Adrs) -> None:
    best = adrs("eval", "toy-order", "--baseline", "best", "--json").json
    assert best["score"] == pytest.approx(0.8388, abs=5e-5)
