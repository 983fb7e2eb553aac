import shutil
from pathlib import Path

import pytest

from evolve.runs.events import RUN_STARTED, Draft
from evolve.runs.store import Store
from tests.evolve.cli.conftest import Adrs
from tests.problems.bibtex import read


def test_problems_are_cited_once_each_in_order_with_what_each_is_cited_for(adrs: Adrs) -> None:
    ended = adrs("cite", "spot", "txn", "eplb", "txn")
    assert ended.code == 0
    assert [entry.key for entry in read(ended.out)] == [
        "adrs",
        "cheng2024",
        "data-eplb",
        "data-spot-single",
        "data-txn",
        "deepseek-ai2024",
        "graham1969",
        "kwon2023",
        "smith1956",
        "wu2024",
    ]
    comment = (
        "% baseline conflict_greedy of txn; baseline largest_first of eplb; baseline window_mean of eplb\n"
    )
    assert f"{comment}@article{{graham1969,\n" in ended.out
    assert ended.err.count("adrs: baseline identity of txn names no paper: Order of arrival") == 1


def test_a_problem_of_others_is_cited_by_what_it_says_of_its_papers(adrs: Adrs) -> None:
    ended = adrs("cite", "toy-order")
    found = {entry.key: entry for entry in read(ended.out)}
    assert found.keys() == {"adrs", "toy-order-shortest"}
    assert found["toy-order-shortest"].fields == {
        "title": "{Smith 1956, https://doi.org/10.1002/nav.3800030106}",
        "year": "1956",
        "url": "https://doi.org/10.1002/nav.3800030106",
    }
    assert ended.err == "adrs: baseline idle of toy-order names no paper: none\n"
    assert found["adrs"].kind == "software"
    assert "version" in found["adrs"].fields


@pytest.fixture(scope="module")
def store(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of `spot` that were asked and never begun, on each sort of workload."""
    db = tmp_path_factory.mktemp("cited") / "runs.db"
    shutil.copy(finished, db)
    with Store.open(db) as opened:
        started = next(opened.events("done", kinds=(RUN_STARTED,))).body
        for name, workload in (("made", "generated"), ("real", "real"), ("mine", "a/mine.csv#0123456789")):
            spec = {**started["spec"], "problem": "spot", "workload": workload}
            opened.create(name, [Draft(RUN_STARTED, None, {**started, "spec": spec})], at=0.0)
    return db


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ("made", ["adrs", "wu2024"]),
        ("real", ["adrs", "data-spot-single", "wu2024"]),
        ("mine", ["adrs", "wu2024"]),
    ],
)
def test_a_run_is_cited_with_the_data_that_it_was_measured_on(
    adrs: Adrs, store: Path, run: str, found: list[str]
) -> None:
    ended = adrs("cite", run, "--db", store)
    assert [entry.key for entry in read(ended.out)] == found
    assert ("mine.csv (01234567); whose data that is only you can say" in ended.err) == (run == "mine")


def test_entries_go_to_a_file_which_is_replaced_by_force_alone(adrs: Adrs, tmp_path: Path) -> None:
    out = tmp_path / "refs.bib"
    ended = adrs("cite", "spot", "--out", out)
    assert (ended.code, ended.out, ended.err) == (0, "", f"adrs: wrote 3 entries to {out}\n")
    assert len(list(read(out.read_text()))) == 3
    out.write_text("mine")
    refused = adrs("cite", "txn", "--out", out)
    assert (refused.code, out.read_text()) == (2, "mine")
    assert adrs("cite", "txn", "--out", out, "--force").code == 0
    assert out.read_text().startswith("% the program that measured\n@software{adrs,")


def test_what_is_neither_problem_nor_run_is_said(adrs: Adrs, finished: Path) -> None:
    ended = adrs("cite", "txm", "--db", finished)
    assert (ended.code, ended.out) == (2, "")
    assert "'txm' is no problem (there are: txn, " in ended.err
    assert "has no run 'txm'" in ended.err
