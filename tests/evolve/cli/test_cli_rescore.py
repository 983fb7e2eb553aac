"""`adrs rescore`: candidates measured anew; the old scores stay, and a repair is seen."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evolve.runs.header import Header
from evolve.runs.history import rebuild
from evolve.runs.store import Store
from problems import registry
from problems.registry import get
from tests.evolve.cli.conftest import Adrs

MENDED = '''
"""A problem whose evaluator can be wrong: as the environment says, it likes what is bad."""

import os
from dataclasses import replace

from adrs_toy.order import PROBLEM as ORDER
from problems.base import Outcome


class Judge:
    task = ORDER.evaluator.task

    def measure(self, instance, answer):
        outcome = ORDER.evaluator.measure(instance, answer)
        wrong = os.environ["MENDED_JUDGE"] == "wrong"
        return Outcome(1.0 - outcome.score if wrong else outcome.score, outcome.metrics)


PROBLEM = replace(ORDER, name="toy-mended", version=int(os.environ["MENDED_VERSION"]), evaluator=Judge())
'''

Mend = Callable[[str, int], None]


@pytest.fixture
def mend(toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mend]:
    """Installs `toy-mended`, and says how it judges from now on."""
    site = tmp_path / "site"
    info = site / "mended-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mended\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[adrs.problems]\ntoy-mended = mended:PROBLEM\n")
    (site / "mended.py").write_text(MENDED)
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", f"{site}:{toy}")

    def judge(how: str, version: int) -> None:
        monkeypatch.setenv("MENDED_JUDGE", how)
        monkeypatch.setenv("MENDED_VERSION", str(version))
        sys.modules.pop("mended", None)
        forget()

    yield judge
    monkeypatch.undo()
    forget()


def forget() -> None:
    registry._entries.cache_clear()
    registry.get.cache_clear()


@pytest.fixture
def db(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(finished, tmp_path / "copy.db"))


def digest(db: Path) -> str:
    with Store.open(db, create=False) as store:
        header = Header.read(store, "done")
        return rebuild(store, "done", header, get(header.spec.problem).axes).archive.digest()


def test_what_did_not_change_comes_out_alike_and_nothing_of_the_run_changes(
    adrs: Adrs, db: Path, tmp_path: Path
) -> None:
    before, best = digest(db), adrs("best", "done", "--db", db, "--json").json
    ended = adrs("rescore", "done", "--db", db)
    assert ended.code == 0, ended.err
    assert "candidates came out alike; the champion stays step" in ended.out
    assert "nothing, so all must come out alike" in ended.out
    assert digest(db) == before
    assert adrs("best", "done", "--db", db, "--json").json == best
    assert adrs("resume", "done", "--max-evals", "34", "--db", db).code == 0
    assert adrs("bundle", "done", "--out", tmp_path / "done.zip", "--db", db).code == 0
    replayed = adrs("replay", tmp_path / "done.zip")
    assert replayed.code == 0, replayed.err


@pytest.mark.slow
def test_every_candidate_is_measured_if_asked_for(adrs: Adrs, db: Path) -> None:
    few = adrs("rescore", "done", "--db", db, "--json").json
    every = adrs("rescore", "done", "--all", "--db", db, "--json").json
    steps = [row["step"] for row in every["candidates"]]
    lines = adrs("candidates", "done", "--filter", "outcome=evaluated", "--db", db, "--json").json[
        "candidates"
    ]
    assert steps == [line["step"] for line in lines]
    assert every["alike"] == len(steps)
    assert {row["step"] for row in few["candidates"]} < set(steps)
    shown = adrs("show", "done", "--db", db)
    assert "rescored 1, " in shown.out
    assert f"all {len(steps)} candidates came out alike" in shown.out


def test_a_repair_is_told_with_both_scores(adrs: Adrs, mend: Mend, tmp_path: Path) -> None:
    db = tmp_path / "mended.db"
    mend("wrong", 1)
    assert adrs("run", "toy-mended", "--max-evals", "12", "--name", "odd", "--db", db).code == 0
    before = adrs("show", "odd", "--db", db, "--json").json["champion"]
    mend("right", 2)
    ended = adrs("rescore", "odd", "--db", db, "--json")
    assert ended.code == 0, ended.err
    told = ended.json
    assert told["changed"] == ["version of problem toy-mended"]
    assert (told["alike"], told["version"]) == (0, 2)
    assert told["ranks"] > 0
    assert told["champion"][0] == before["step"] != told["champion"][1]
    for row in told["candidates"]:
        assert row["search"]["new"] == pytest.approx(1.0 - row["search"]["old"], abs=1e-9)

    shown = adrs("show", "odd", "--db", db)
    assert f"would be step {told['champion'][1]} instead of step {before['step']}" in shown.out
    assert adrs("show", "odd", "--db", db, "--json").json["champion"] == before
    one = adrs("show", "odd", before["step"], "--db", db, "--json").json
    assert one["evaluations"]["search"]["score"] == before["search"]
    assert one["rescored"][0]["search"] == pytest.approx(1.0 - before["search"], abs=1e-9)
    assert (
        f"search {before['search']:.4f} -> {1 - before['search']:.4f}"
        in adrs("show", "odd", before["step"], "--db", db).out
    )
    lines = adrs("candidates", "odd", "--db", db, "--json").json["candidates"]
    anew = {line["step"]: line["rescored"] for line in lines if line["rescored"]}
    assert anew[before["step"]]["search"] == one["rescored"][0]["search"]
    assert "search now" in adrs("candidates", "odd", "--db", db).out


@pytest.mark.slow
def test_a_run_that_comes_out_otherwise_though_nothing_changed_is_told(
    adrs: Adrs, mend: Mend, tmp_path: Path
) -> None:
    db = tmp_path / "mended.db"
    mend("wrong", 1)
    assert adrs("run", "toy-mended", "--max-evals", "3", "--name", "odd", "--db", db).code == 0
    mend("right", 1)
    ended = adrs("rescore", "odd", "--db", db)
    assert ended.code == 1
    assert "nothing has changed since run 'odd' was made, and yet it comes out otherwise" in ended.err


def test_a_run_that_goes_on_is_refused_before_anything_is_measured(adrs: Adrs, db: Path) -> None:
    with Store.open(db) as store, store.lease("done", now=time.time):
        ended = adrs("rescore", "done", "--db", db)
    assert (ended.code, ended.out) == (2, "")
    assert adrs("show", "done", "--db", db, "--json").json["rescored"] == []


@pytest.mark.parametrize(
    ("run", "said"), [("dome", "has no run 'dome'; it has done"), ("holdout", "is reserved for")]
)
def test_there_must_be_such_a_run(adrs: Adrs, db: Path, run: str, said: str) -> None:
    ended = adrs("rescore", run, "--db", db)
    assert ended.code == 2
    assert said in ended.err
