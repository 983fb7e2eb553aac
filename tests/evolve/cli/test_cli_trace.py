"""`adrs trace`: what a policy did on an instance, and where another first did otherwise."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from evolve.runs.store import Store
from problems.base import Split
from problems.datasets import DataFolder
from problems.registry import get
from tests.evolve.cli.conftest import Adrs

DAY = ("--instance", "day-3-opening-2")

LATE = '''"""Closed for three ticks, then broken."""

from interface import Decision


class Policy:
    def __init__(self, setup):
        self.asked = 0

    def step(self, observation):
        self.asked += 1
        if self.asked > 3:
            raise ValueError("tired")
        return Decision.CLOSED
'''
WORN = """from interface import Decision


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return Decision.CLOSED if observation.was_open else Decision.OPEN
"""
DRAWN = """import random

from interface import Decision


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        changes = random.random() < 0.2
        return Decision.OPEN if observation.was_open != changes else Decision.CLOSED
"""
TWICE = "def solve(task):\n    return (4, 1, 1)\n"


def written(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def an_order(adrs: Adrs) -> str:
    return get("toy-order").load("generated", Split.VALIDATION, DataFolder.find())[3].name


def test_a_row_tells_what_was_seen_and_decided(adrs: Adrs, tmp_path: Path) -> None:
    ended = adrs("trace", "toy-gate", "eager", *DAY, "--out", tmp_path / "rows.csv")
    assert (ended.code, ended.err) == (0, f"adrs: wrote 48 rows to {tmp_path / 'rows.csv'}\n")
    rows = written(tmp_path / "rows.csv")
    assert list(rows[0]) == ["policy", "step", "tick", "arrived", "waiting", "was_open", "decision"]
    assert [row["step"] for row in rows] == [str(i) for i in range(48)]
    assert all((row["decision"] == "open") == (int(row["waiting"]) > 0) for row in rows)


def test_the_score_is_that_of_an_evaluation_for_a_policy_that_draws_too(adrs: Adrs) -> None:
    Path("drawn.py").write_text(DRAWN)
    told = adrs("trace", "toy-gate", "drawn.py", *DAY, "--json").json["policies"][0]
    every = adrs("eval", "toy-gate", "drawn.py", "--json").json["instances"]
    assert {"name": DAY[1], "score": told["score"], "metrics": told["metrics"]} in every


def test_two_policies_part_where_they_first_decide_otherwise(adrs: Adrs, tmp_path: Path) -> None:
    out = tmp_path / "both.csv"
    ended = adrs("trace", "toy-gate", "eager", *DAY, "--against", "gathering", "--json", "--out", out)
    parting = ended.json["first_difference"]
    rows = written(out)
    first, second = rows[:48], rows[48:]
    assert {row["policy"] for row in first} == {"eager"}
    assert {row["policy"] for row in second} == {"gathering"}
    apart = [i for i in range(48) if first[i]["decision"] != second[i]["decision"]]
    assert parting["row"] == apart[0]
    assert [row["decision"] for row in parting["rows"]] == ["open", "closed"]
    assert parting["seen_from"] == apart[0] + 1


def test_a_policy_and_itself_never_part(adrs: Adrs) -> None:
    ended = adrs("trace", "toy-gate", "eager", *DAY, "--against", "eager")
    assert "eager (against)" in ended.out
    assert "none: they decide alike to the end" in ended.out


def test_an_answer_is_told_part_by_part(adrs: Adrs) -> None:
    instance = an_order(adrs)
    ended = adrs("trace", "toy-order", "idle", "--instance", instance, "--against", "shortest", "--json").json
    rows = ended["policies"][0]["rows"]
    assert [row["decision"] for row in rows] == list(range(len(rows)))
    other = [row["decision"] for row in ended["policies"][1]["rows"]]
    assert ended["first_difference"]["row"] == next(i for i, job in enumerate(other) if job != i)
    assert ended["first_difference"]["seen_from"] is None


def test_rows_until_a_crash_are_kept(adrs: Adrs, tmp_path: Path) -> None:
    Path("late.py").write_text(LATE)
    ended = adrs("trace", "toy-gate", "late.py", *DAY, "--out", "rows.csv")
    assert ended.code == 1
    assert "ValueError: tired" in ended.out
    assert [row["decision"] for row in written(tmp_path / "rows.csv")] == ["closed"] * 3


def test_the_decision_that_broke_a_rule_is_told_last(adrs: Adrs) -> None:
    Path("worn.py").write_text(WORN)
    ended = adrs("trace", "toy-gate", "worn.py", *DAY, "--json")
    told = ended.json["policies"][0]
    assert (ended.code, told["fault"]["rule"], told["score"]) == (1, "worn_hinges", 0.0)
    assert told["fault"]["element"] == f"tick {told['rows'][-1]['tick']}"


def test_an_invalid_answer_is_told_as_it_came(adrs: Adrs) -> None:
    Path("twice.py").write_text(TWICE)
    ended = adrs("trace", "toy-order", "twice.py", "--instance", an_order(adrs), "--json")
    told = ended.json["policies"][0]
    assert (ended.code, told["fault"]["rule"]) == (1, "duplicate_index")
    assert [row["decision"] for row in told["rows"]] == [4, 1, 1]


def test_a_policy_that_decides_nothing_parts_from_none(adrs: Adrs) -> None:
    Path("broken.py").write_text("def solve(task: return\n")
    ended = adrs("trace", "toy-order", "broken.py", "--instance", an_order(adrs), "--against", "idle")
    assert ended.code == 1
    assert "unknown, since broken.py decided nothing" in ended.out


def test_candidates_of_a_run_are_traced(adrs: Adrs, finished: Path) -> None:
    instance = an_order(adrs)
    words = ["--instance", instance, "--db", finished, "--json"]
    found = adrs("trace", "done", *words, "--against", "0").json
    champion = adrs("best", "done", "--db", finished, "--json").json["step"]
    assert [told["name"] for told in found["policies"]] == [
        f"champion of done, step {champion}",
        "step 0 of done",
    ]
    same = adrs("trace", "toy-order", "done:champion", *words).json
    assert same["policies"][0]["rows"] == found["policies"][0]["rows"]


def test_rows_become_a_parquet_file_with_types(adrs: Adrs) -> None:
    assert adrs("trace", "toy-gate", "eager", *DAY, "--out", "rows.parquet").code == 0
    frame = pd.read_parquet("rows.parquet")
    assert len(frame) == 48
    assert {name: str(frame[name].dtype) for name in ("tick", "was_open")} == {
        "tick": "int64",
        "was_open": "bool",
    }


def test_a_look_at_holdout_is_counted_once_a_policy(adrs: Adrs, tmp_path: Path) -> None:
    words = ["--split", "holdout", "--against", "idle", "--db", tmp_path / "looks.db"]
    ended = adrs("trace", "toy-gate", "eager", *DAY, *words)
    assert ended.code == 0
    assert "looked at once from" in ended.err
    assert "looked at 2 times from" in ended.err
    with Store.open(tmp_path / "looks.db", create=False) as store:
        assert len(list(store.events("holdout"))) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["toy-gate", "eager"],
            "expected --instance NAME; validation of toy-gate has 18, the first of them day-0",
        ),
        (
            ["toy-gate", "eager", "--instance", "day-3"],
            "there is no instance 'day-3'; the nearest of 18 are: day-3-",
        ),
        (["toy-gate", *DAY], "expected a policy to trace: a file, or --baseline NAME"),
        (["toy-gate", "eager", "--baseline", "idle", *DAY], "either POLICY or --baseline NAME"),
        (["toy-gate", "eagre", *DAY], "a baseline of toy-gate (eager, gathering, idle) or RUN:CANDIDATE"),
        (["toy-gate", "none.py", *DAY], "there is no file none.py"),
        (["toy-gte", "eager", *DAY], "there is no problem 'toy-gte', and no store"),
        (["toy-gate", "eager", *DAY, "--workload", "real"], "has no workload 'real'"),
        (["toy-gate", "eager", *DAY, "--split", "published"], "has no split published"),
        (["toy-gate", "eager", *DAY, "--out", "rows.xls"], "expected a file *.csv"),
        (["toy-gate", "eager", *DAY, "--out", "no/rows.csv"], "there is no folder no"),
        (["toy-gate", "eager", *DAY, "--picture", "day.gif"], "expected a file *.pdf or *.svg or *.png"),
        (["toy-gate", "eager", *DAY, "--out", "taken.csv"], "taken.csv exists and was not touched"),
    ],
)
def test_what_means_nothing_is_refused_before_anything_is_measured(
    adrs: Adrs, words: list[str], said: str
) -> None:
    Path("taken.csv").write_text("mine")
    ended = adrs("trace", *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert Path("taken.csv").read_text() == "mine"


def test_a_candidate_of_another_problem_is_refused(adrs: Adrs, finished: Path) -> None:
    ended = adrs("trace", "toy-gate", "done:0", *DAY, "--db", finished)
    assert ended.code == 2
    assert "run 'done' is about toy-order, so its candidates are no policies of toy-gate" in ended.err


def test_a_picture_names_both_policies_and_what_they_decided(adrs: Adrs) -> None:
    ended = adrs("trace", "toy-gate", "eager", *DAY, "--against", "gathering", "--picture", "day.svg")
    assert ended.code == 0, ended.err
    assert "wrote day.svg. What eager and gathering decided on day-3-opening-2" in ended.err
    drawn = Path("day.svg").read_text()
    assert [word for word in ("eager", "gathering", "decision", "waiting", "open") if word not in drawn] == []


def test_of_a_policy_that_decides_nothing_the_fault_is_told_and_nothing_drawn(adrs: Adrs) -> None:
    Path("broken.py").write_text("def solve(task: return\n")
    ended = adrs("trace", "toy-order", "broken.py", "--instance", an_order(adrs), "--picture", "none.png")
    assert ended.code == 1
    assert "refused: invalid syntax" in ended.out
    assert "no column of these rows can be drawn" in ended.err
    assert not Path("none.png").exists()


@pytest.mark.parametrize(
    ("option", "file", "package"),
    [("--out", "rows.parquet", "pyarrow"), ("--picture", "day.svg", "matplotlib")],
)
def test_a_file_that_needs_a_missing_package_is_refused_before_anything_is_measured(
    adrs: Adrs, monkeypatch: pytest.MonkeyPatch, option: str, file: str, package: str
) -> None:
    monkeypatch.setattr(
        "evolve.cli.trace.files.find_spec", lambda name: None if name == package else object()
    )
    ended = adrs("trace", "toy-gate", "eager", *DAY, option, file)
    assert (ended.code, ended.out) == (6, "")
    assert package in ended.err
    assert "python -m pip install" in ended.err
