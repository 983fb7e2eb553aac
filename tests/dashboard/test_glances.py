"""Runs in a line each, of a log that grows."""

from pathlib import Path

import pytest

from dashboard.courses import Moment
from dashboard.data import Library
from dashboard.glances import Glance, Glances
from evolve.runs.events import ARCHIVED, COMMITTED, PROMOTED, REPLIED, RESUMED, TAGGED, Draft
from evolve.runs.store import Store


@pytest.fixture
def growing(begun: Path) -> Store:
    """The store with the run `begun`, open to be written."""
    return Store.open(begun)


def commit(step: int) -> Draft:
    return Draft(COMMITTED, step, {"outcome": "evaluated", "reason": "measured", "operator": "edit"})


def test_a_finished_run_is_told_with_its_champion_and_lead(finished: Path) -> None:
    (summary,) = Library(finished).runs()
    assert (summary.row.name, summary.outline.evaluated, summary.usd) == ("done", 30, 0.0)
    (champion,) = [row for row in summary.outline.standings if row.lead is None]
    assert summary.score == champion.score
    assert " over " in summary.lead


def test_a_log_that_grew_is_read_on_and_not_again(growing: Store) -> None:
    glance = Glance()
    growing.append("begun", [commit(0), commit(1)], at=1.0)
    assert glance.look(growing, "begun", now=2.0).evaluated == 2
    growing.append("begun", [commit(2)], at=3.0)
    assert glance.look(growing, "begun", now=4.0).evaluated == 3
    assert glance.look(growing, "begun", now=5.0).evaluated == 3


def test_dollars_are_those_of_replies_and_of_calls_that_were_lost(growing: Store) -> None:
    glance = Glance()
    lost = Draft(RESUMED, None, {"budgets": {}, "doubts": [[1, 0.5, 100]]})
    growing.append("begun", [Draft(REPLIED, 0, {"usd": 0.25}), lost], at=1.0)
    glance.look(growing, "begun", now=2.0)
    assert glance.usd == 0.75


def test_a_log_counts_calls_that_were_lost(growing: Store, begun: Path) -> None:
    growing.append("begun", [Draft(RESUMED, None, {"budgets": {}, "doubts": [[1, 0.5, 100]]})], at=1.0)
    log = Library(begun).log("begun")
    assert log.state.accounts.ledger.spent.usd == 0.5


def test_what_a_run_started_from_is_no_improvement(growing: Store) -> None:
    glance = Glance()
    growing.append("begun", [commit(0), Draft(PROMOTED, 0, {"challenge": None})], at=1.0)
    glance.look(growing, "begun", now=2.0)
    assert glance.improved is None
    growing.append("begun", [commit(1), Draft(PROMOTED, 1, {"challenge": 1})], at=3.0)
    glance.look(growing, "begun", now=4.0)
    assert glance.improved == Moment(2, 0.0, 3.0)


def test_new_budgets_of_a_resumption_are_told(growing: Store) -> None:
    glance = Glance()
    glance.look(growing, "begun", now=1.0)
    growing.append("begun", [Draft(RESUMED, None, {"budgets": {"max_evals": 77}})], at=2.0)
    assert glance.look(growing, "begun", now=3.0).header.spec.max_evals == 77


def test_tags_are_told_once_each(growing: Store, begun: Path) -> None:
    body = {"tags": ["paper"], "off": False, "author": "me"}
    growing.append("begun", [Draft(TAGGED, 0, body), Draft(TAGGED, 1, body)], at=1.0)
    (summary,) = Library(begun).runs()
    assert summary.tags == ("paper",)


def test_a_run_put_away_is_listed_on_request_only(growing: Store, begun: Path) -> None:
    library = Library(begun)
    assert len(library.runs()) == 1
    growing.append("begun", [Draft(ARCHIVED, None, {"undone": False, "author": "me"})], at=1.0)
    assert not library.runs()
    assert len(library.runs(archived=True)) == 1


def test_a_deleted_run_whose_name_is_taken_again_is_new(growing: Store, begun: Path) -> None:
    glances = Glances(begun)
    growing.append("begun", [commit(0)], at=1.0)
    assert [told.evaluated for _, _, told in glances.all(now=2.0)] == [1]
    started = next(growing.events("begun")).body
    growing.delete("begun", at=3.0)
    growing.create("begun", [Draft("run_started", None, started)], at=4.0)
    assert [told.evaluated for _, _, told in glances.all(now=5.0)] == [0]
