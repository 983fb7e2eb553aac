"""`adrs problems`: what is listed and shown, whatever packages are installed."""

from pathlib import Path

import pytest

from problems import registry
from problems.registry import get
from tests.evolve.cli.conftest import Adrs


def test_problems_of_other_packages_are_listed(adrs: Adrs) -> None:
    ended = adrs("problems")
    rows = {line.split()[0]: line for line in ended.out.splitlines()}
    assert ended.code == 0
    assert "one-shot" in rows["toy-order"]
    assert "step-wise" in rows["toy-gate"]


def test_the_list_is_one_object_in_json(adrs: Adrs) -> None:
    found = adrs("problems", "--json").json
    order = next(p for p in found["problems"] if p["name"] == "toy-order")
    assert order["version"] == 1
    assert order["workloads"] == ["generated", "real"]
    assert found["broken"] == []


@pytest.mark.usefixtures("strange")
def test_a_broken_package_is_named_and_the_others_are_listed(adrs: Adrs) -> None:
    ended = adrs("problems")
    assert ended.code == 0
    assert "toy-order" in ended.out
    assert "toy-broken" in ended.err
    assert "no_such_module" in ended.err
    found = adrs("problems", "--json").json
    assert [b["name"] for b in found["broken"]] == ["toy-broken"]


def test_a_problem_shows_all_there_is_to_know(adrs: Adrs) -> None:
    problem = get("toy-order")
    found = adrs("problems", "show", "toy-order", "--json").json
    sizes = {(s["workload"], s["split"]): s["instances"] for s in found["splits"]}
    assert found["brief"] == problem.brief
    assert found["interface"] == problem.interface_text
    assert found["bound"] == problem.bound
    assert sizes["generated", "validation"] == 10
    assert [b["name"] for b in found["baselines"]] == ["idle", "shortest", "weighted"]
    assert found["baselines"][1]["score"] == 0.8388
    assert found["limits"]["search"]["solve_cpu_s"] == 0.2


def test_missing_data_is_named_with_the_folder_that_was_looked_in(adrs: Adrs) -> None:
    found = adrs("problems", "show", "toy-order", "--json").json["data"]
    assert found["found"] is False
    assert found["folder"].endswith("/data")
    assert "toy/orders.csv" in found["missing"][0]
    ended = adrs("problems", "show", "toy-order")
    assert "no data" in ended.out
    assert "ADRS_DATA" in ended.out


def test_the_page_for_people_has_the_brief_the_interface_and_the_tables(adrs: Adrs) -> None:
    out = adrs("problems", "show", "toy-gate").out
    assert "## Problem" in out
    assert "class Observation(NamedTuple):" in out
    assert "gathering  0.4772" in out
    assert "500 us CPU a step on average" in out


def test_an_unknown_problem_is_answered_with_those_there_are(adrs: Adrs) -> None:
    ended = adrs("problems", "show", "toy-ordr")
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "'toy-order'" in ended.err
    assert "toy-gate" in ended.err


def test_a_package_that_claims_a_name_of_ours_is_named_and_ours_is_listed(
    adrs: Adrs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "claim-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: claim\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[adrs.problems]\ntxn = claim:PROBLEM\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry._entries.cache_clear()
    ended, found = adrs("problems"), adrs("problems", "--json").json
    registry._entries.cache_clear()
    assert "order transactions" in ended.out
    assert "'txn' of claim:PROBLEM is ignored" in ended.err
    assert [row["name"] for row in found["ignored"]] == ["txn"]
