"""The page on a lineage, drawn."""

from pathlib import Path

from dashboard.data import RunLog
from tests.dashboard.conftest import Page


def child(log: RunLog) -> int:
    return max(step.step for step in log.steps if step.parents and step.id)


def test_a_lineage_shows_its_tree_and_its_edits(page: Page, done: RunLog) -> None:
    drawn = page("lineage", run="done", candidate=child(done))
    assert not drawn.exception
    parts = ["From seed to candidate", "What each edit bought", "With one change undone"]
    assert [part.value for part in drawn.subheader] == parts
    assert drawn.code[0].language == "diff"


def test_a_seed_says_that_nobody_edited_it(page: Page) -> None:
    drawn = page("lineage", run="done", candidate=0)
    assert not drawn.exception
    assert "This is a seed" in drawn.info[0].value


def test_a_run_without_a_candidate_has_no_lineage(page: Page, begun: Path) -> None:
    drawn = page("lineage", begun, run="begun")
    assert not drawn.exception
    assert "no candidate yet" in drawn.info[0].value
