"""The page on one candidate, drawn."""

import shutil
from pathlib import Path

import pytest

from dashboard.data import RunLog
from evolve.runs.marks import noted, tagged
from evolve.runs.store import Store
from tests.dashboard.conftest import Page


def champion(log: RunLog) -> int:
    assert log.state.champion is not None
    return log.state.champion.step


def test_without_a_candidate_in_the_address_the_champion_is_shown(page: Page, done: RunLog) -> None:
    drawn = page("candidate")
    assert not drawn.exception
    assert drawn.query_params["candidate"] == str(champion(done))
    assert [tab.label for tab in drawn.tabs] == ["Source", "Scores", "Checks"]
    assert [metric.label for metric in drawn.metric] == ["Search", "Validation"]


def test_it_stands_beside_its_parent_until_another_is_chosen(page: Page, done: RunLog) -> None:
    number = champion(done)
    parent = done.steps[number].parents[0]
    drawn = page("candidate", run="done", candidate=number)
    assert drawn.selectbox[0].value == f"parent, step {parent}"
    assert f"+++ step {number}" in drawn.code[0].value
    assert drawn.code[0].language == "diff"
    drawn.selectbox[0].select("nothing").run()
    assert drawn.code[0].language == "python"
    assert drawn.query_params["other"] == "nothing"


def test_any_step_can_stand_beside_it(page: Page, done: RunLog) -> None:
    drawn = page("candidate", run="done", candidate=champion(done), other=0)
    assert drawn.selectbox[0].value == "another step"
    assert drawn.main.number_input[0].value == 0
    assert drawn.code[0].value.startswith("--- step 0\n")


@pytest.mark.slow
def test_another_step_begins_with_one_that_has_no_name_yet(page: Page, done: RunLog) -> None:
    number = next(step.step for step in done.steps if step.parents[:1] == (0,))
    drawn = page("candidate", run="done", candidate=number)
    drawn.selectbox[0].select("another step").run()
    assert drawn.selectbox[0].value == "another step"
    assert drawn.main.number_input[0].value not in {0, number}


def test_a_candidate_beside_itself_has_no_difference(page: Page) -> None:
    drawn = page("candidate", run="done", candidate=0, other=0)
    assert not drawn.exception
    assert drawn.info[0].value == "Both have the same text."


def test_both_can_stand_side_by_side(page: Page, done: RunLog) -> None:
    drawn = page("candidate", run="done", candidate=champion(done))
    drawn.segmented_control[0].select("side by side").run()
    assert not drawn.exception
    left, right = drawn.code[0].value, drawn.code[1].value
    assert left.count("\n") == right.count("\n")
    assert "\n-" in left
    assert "\n+" in right


@pytest.mark.slow
def test_another_candidate_forgets_what_the_last_one_stood_beside(page: Page, done: RunLog) -> None:
    drawn = page("candidate", run="done", candidate=champion(done), other=0)
    parent = done.steps[champion(done)].parents[0]
    drawn.sidebar.number_input[0].set_value(parent).run()
    assert drawn.selectbox[0].value == f"parent, step {done.steps[parent].parents[0]}"


def test_instances_of_a_split_are_a_table_with_regret(page: Page, done: RunLog) -> None:
    drawn = page("candidate", run="done", candidate=champion(done))
    drawn.segmented_control[1].select("validation").run()
    assert "regret" not in drawn.dataframe[0].value
    drawn.segmented_control[1].select("search").run()
    table = drawn.dataframe[0].value
    assert list(table.columns[:5]) == ["instance", "block", "score", "best known", "regret"]
    assert len(table) == len(done.instances)


def test_a_model_is_quoted_where_one_was_asked(page: Page, family: Path) -> None:
    paid = page("candidate", family, run="paid", candidate=5)
    assert "Prompt and reply" in [tab.label for tab in paid.tabs]
    assert "a reply" in [code.value for code in paid.code]


def test_faults_are_told_by_rule(page: Page, done: RunLog) -> None:
    number = next(step.step for step in done.steps if step.faults)
    drawn = page("candidate", run="done", candidate=number)
    assert not drawn.exception
    rules = [table.value for table in drawn.dataframe if "rule" in table.value]
    assert rules[0]["rule"][0] == done.steps[number].faults[0][1]


def test_tags_and_notes_have_a_place_once_there_are_any(page: Page, finished: Path, tmp_path: Path) -> None:
    db = Path(shutil.copy(finished, tmp_path / "copy.db"))
    with Store.open(db) as store:
        drafts = [tagged(2, ["odd"], "ann", off=False), noted(2, "*why?*", "ann")]
        store.append("done", drafts, at=0.0)
    drawn = page("candidate", db, run="done", candidate=2)
    assert "Notes" in [tab.label for tab in drawn.tabs]
    assert "odd" in [text.value for text in drawn.text]
    assert "*why?*" in [code.value for code in drawn.code]


def test_a_run_without_a_candidate_says_so(page: Page, begun: Path) -> None:
    drawn = page("candidate", begun, run="begun")
    assert not drawn.exception
    assert drawn.info[0].value == "This run has no candidate yet."


def test_a_step_that_came_to_no_candidate_says_why(page: Page, fruitless: Path) -> None:
    drawn = page("candidate", fruitless, run="begun", candidate=0)
    assert not drawn.exception
    assert drawn.info[0].value == "This step came to no candidate."
    assert drawn.code[0].value == "the reply was cut after 9 tokens"


@pytest.mark.slow
def test_a_step_that_is_not_there_gives_way_to_the_champion(page: Page, done: RunLog) -> None:
    drawn = page("candidate", run="done", candidate=10**9 - 1)
    assert drawn.query_params["candidate"] == str(champion(done))
