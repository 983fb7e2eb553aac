"""What can be doubted about a run, from its steps and its store."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dashboard.data import Library, RunLog, Step
from dashboard.reading.integrity import (
    attempts_table,
    device_cases,
    faults_over_time,
    looks,
    published,
    rules,
    scores_near_bound,
    suspects,
    verdicts,
)
from dashboard.reading.refusals import BEYOND
from evaluators.intervals import Interval
from evolve.cli.run_names import HOLDOUT_LOG
from evolve.runs.comparison import Standing
from evolve.runs.device_checks import DeviceCheck
from evolve.runs.events import HOLDOUT_LOOKED, VERIFIED, Draft
from evolve.runs.store import Store
from problems.base import Split


def step(number: int, *faults: tuple[str, str], search: float | None = 0.5, beyond: bool = False) -> Step:
    """A measured candidate that broke these rules, kind and name."""
    tried = (BEYOND,) if beyond else ()
    return Step(
        step=number, at=0.0, id=f"{number}", outcome="evaluated", reason="measured", operator="edit",
        model=None, search=search, validation=None, faults=faults, attempts=tried, is_promoted=False,
        is_quarantined=beyond, usd=0.0, tokens=0, cpu_s=0.0, metrics={}, evaluated=number + 1,
        scores=np.array([0.0 if search is None else search]),
    )  # fmt: skip


RAISED, LATE = ("raised", "exception"), ("timed_out", "cpu_limit")


def test_faults_are_shares_of_the_candidates_of_their_window() -> None:
    steps = [step(i, RAISED) if i < 5 else step(i) for i in range(10)] + [step(10, LATE)]
    found = faults_over_time(steps).set_index(["first", "kind"])
    assert found.loc[(0, "raised"), "share"] == 0.5
    assert found.loc[(10, "timed_out"), "share"] == 1.0
    assert found.loc[(10, "timed_out"), "last"] == 11


def test_a_candidate_counts_by_its_first_fault_over_time_and_by_every_rule_below() -> None:
    steps = [step(0, RAISED, LATE)]
    assert faults_over_time(steps)["candidates"].sum() == 1
    assert list(rules(steps)["rule"]) == ["exception", "cpu_limit"]


def test_steps_that_came_to_no_candidate_do_not_count() -> None:
    rejected = replace(step(0), outcome="rejected")
    assert list(faults_over_time([rejected, step(0, RAISED)])["share"]) == [1.0]
    assert faults_over_time([rejected]).empty


def test_rules_are_told_with_their_first_and_last_step_most_frequent_first() -> None:
    found = rules([step(0, LATE), step(1, RAISED), step(4, RAISED)])
    assert list(found["rule"]) == ["exception", "cpu_limit"]
    assert list(found.iloc[0][["first step", "last step"]]) == [1, 4]


def test_attempts_are_counted_by_candidate() -> None:
    found = attempts_table([step(0), step(1, beyond=True), step(2, beyond=True)])
    assert found.to_dict("records") == [{"what": BEYOND, "candidates": 2, "first step": 1, "last step": 2}]


@pytest.mark.parametrize(
    ("score", "is_beyond"), [(1.0, False), (1.0 + 1e-10, False), (1.0 + 1e-6, True), (0.999, False)]
)
def test_a_bar_lies_on_one_side_of_the_bound(score: float, is_beyond: bool) -> None:
    found = scores_near_bound([step(0, search=0.4), step(1, search=score)])
    assert list(found["beyond"]) == [False, is_beyond]
    assert found["candidates"].sum() == 2


def test_without_a_score_there_is_no_histogram() -> None:
    assert scores_near_bound([step(0, search=None)]).empty


def test_suspects_are_those_near_the_bound_and_beyond_it(done: RunLog) -> None:
    beyond = replace(step(2, search=0.7, beyond=True), scores=np.array([0.2, 1.2]))
    done.steps = [step(0, search=0.98), step(1, search=0.995), beyond]
    found = suspects(done)
    assert list(found["step"]) == [1, 2]
    assert list(found["highest on an instance"]) == [0.995, 1.2]


def test_the_published_set_is_told_with_both_scales(done: RunLog) -> None:
    lead = Interval(0.1, 0.05, 0.15, 0.05, 8)
    done.standings = (
        Standing("champion", Split.PUBLISHED, 0.6, 0, None, {}, {"lb": 61.0}),
        Standing("best_fit", Split.PUBLISHED, 0.5, 0, lead, {}, {"lb": 65.0}),
        Standing("champion", Split.VALIDATION, 0.7, 0, None, {}, {}),
    )
    assert published(done)[["policy", "strict", "lb"]].to_numpy().tolist() == [
        ["champion", 0.6, 61.0],
        ["best_fit", 0.5, 65.0],
    ]


def test_looks_are_those_at_the_problem_and_name_steps_of_the_run(family: Path, tmp_path: Path) -> None:
    log = Library(family).log("done")
    log.db = tmp_path / "looks.db"
    common = {"version": 1, "workload": "generated", "score": 0.5}
    mine = {**common, "problem": log.problem.name, "policy": log.steps[3].id}
    others = {**common, "problem": "frob", "policy": "ab" * 32}
    with Store.open(log.db) as store:
        store.create(HOLDOUT_LOG, [Draft(HOLDOUT_LOOKED, None, body) for body in (mine, others)], at=0.0)
    found = looks(log)
    assert list(found["policy"]) == ["step 3"]


def test_nobody_looked_yet(done: RunLog) -> None:
    assert looks(done).empty


def test_verdicts_are_told_latest_first(begun: Path) -> None:
    with Store.open(begun) as store:
        for status in ("refuted", "verified"):
            body = {"policy": "step 1", "step": 1, "status": status, "verdict": f"{status}: why"}
            store.append("begun", [Draft(VERIFIED, 1, body)], at=0.0)
    assert list(verdicts(Library(begun).log("begun"))["status"]) == ["verified", "refuted"]


def test_names_of_files_that_were_looked_at_are_made_harmless(begun: Path) -> None:
    body = {"policy": "\x1b[2J\u202e.py", "step": None, "status": "refuted", "verdict": "\x07"}
    with Store.open(begun) as store:
        store.append("begun", [Draft(VERIFIED, None, body)], at=0.0)
    found = verdicts(Library(begun).log("begun"))
    assert found[["policy", "verdict"]].to_numpy().tolist() == [["\\x1b[2J\\u202e.py", "\\x07"]]


def test_cases_of_a_device_are_told_by_policy_and_place() -> None:
    check = DeviceCheck(
        problem="eplb", status="agrees", reason="", machine={}, device="a GPU", evidence=True, device_s=1.0,
        tau=None, lead=None, against=None, unit="", tokens=1, rounds=1,
        cases=[["champion", "a", 0.5, 0.6, 1.0]],
    )  # fmt: skip
    assert device_cases(check).to_dict("records") == [
        {"policy": "champion", "place": "a", "simulated": 0.5, "measured": 0.6}
    ]
