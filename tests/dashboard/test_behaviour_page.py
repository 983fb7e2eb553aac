"""The page on two policies on one instance, drawn and used."""

import shutil
from pathlib import Path

import pytest

from dashboard.data import RunLog
from dashboard.reading.rivals import meetings
from evolve.runs.events import RUN_STARTED, Draft
from evolve.runs.store import Store
from problems.base import Split
from tests.dashboard.conftest import Page


def champion(log: RunLog) -> int:
    assert log.state.champion is not None
    return log.state.champion.step


def test_nothing_is_measured_before_it_is_asked_for(page: Page, done: RunLog) -> None:
    drawn = page("behaviour", run="done", candidate=champion(done))
    assert not drawn.exception
    best = done.problem.best_baseline.name
    assert drawn.selectbox[0].value == f"{best}, the best baseline"
    assert [button.label for button in drawn.button] == ["Trace both"]
    assert drawn.code[0].value.startswith("adrs trace --split=validation --instance=")
    first = meetings(done, champion(done), best, Split.VALIDATION)[0]
    assert drawn.query_params["instance"] == first.instance


@pytest.mark.slow
def test_two_policies_are_traced_and_the_next_needs_no_button(page: Page, done: RunLog) -> None:
    drawn = page("behaviour", run="done", candidate=champion(done), against=0, split="search")
    drawn.button[0].click().run(timeout=60)
    assert not drawn.exception
    assert not drawn.error
    assert not drawn.button
    told = [text.value for text in drawn.text]
    assert any(text.startswith(f"step {champion(done)} of done: ") for text in told)
    assert any(text.startswith("position ") for text in told)
    assert [part.value for part in drawn.subheader] == [
        "Over time",
        "Where they part",
        "What it came to",
        "Decisions around the first difference",
    ]
    drawn.selectbox[1].select_index(1).run(timeout=60)
    assert not drawn.error
    assert not drawn.button
    assert len(drawn.subheader) == 4


def test_an_address_chooses_all_of_it(page: Page, done: RunLog) -> None:
    instance = done.instances[-1]
    drawn = page("behaviour", run="done", candidate=5, against=1, split="search", instance=instance)
    assert f"--instance={instance}" in drawn.code[0].value
    assert "--split=search" in drawn.code[0].value
    assert "--against=done:1" in drawn.code[0].value


def test_an_address_of_nonsense_falls_back_on_what_there_is(page: Page) -> None:
    drawn = page("behaviour", run="done", candidate=5, against="--db=x", split="holdout", instance="../../x")
    assert not drawn.exception
    assert "--split=validation" in drawn.code[0].value
    assert "--db=x" not in drawn.code[0].value
    assert "../x" not in drawn.code[0].value


def test_a_step_without_a_candidate_cannot_be_traced(page: Page, fruitless: Path) -> None:
    drawn = page("behaviour", fruitless, run="begun", candidate=0)
    assert not drawn.exception
    assert "there is nothing to trace" in drawn.info[0].value


def test_what_is_chosen_of_one_run_means_nothing_in_another(page: Page, family: Path) -> None:
    drawn = page("behaviour", family, run="done", candidate=5, against=3)
    assert "--against=done:3" in drawn.code[0].value
    drawn.sidebar.selectbox[0].select("again").run()
    assert not drawn.exception
    assert "--against=again:" not in drawn.code[0].value


def test_a_run_that_has_the_name_of_a_problem_cannot_be_traced(
    page: Page, finished: Path, tmp_path: Path
) -> None:
    db = Path(shutil.copy(finished, tmp_path / "copy.db"))
    with Store.open(db) as store:
        started = next(store.events("done", kinds=(RUN_STARTED,))).body
        store.copy("done", "toy-order", [Draft(RUN_STARTED, None, started)], at=0.0)
    drawn = page("behaviour", db, run="toy-order", candidate=5)
    assert drawn.error[0].value == "This cannot be traced."
    assert "has the name of a problem" in drawn.text[-1].value


@pytest.mark.slow
def test_a_command_that_fails_is_quoted(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "")  # where the toy is installed
    drawn = page("behaviour", run="done", candidate=5, against=1, split="search")
    drawn.button[0].click().run(timeout=60)
    assert not drawn.exception
    assert drawn.error[0].value == "The command ended with exit code 2. What it said:"
    assert "toy-order" in drawn.code[-1].value


def test_a_run_without_a_candidate_says_so(page: Page, begun: Path) -> None:
    drawn = page("behaviour", begun, run="begun")
    assert not drawn.exception
    assert drawn.info[0].value == "This run has no candidate yet."
