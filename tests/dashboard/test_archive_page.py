"""The page on an archive, drawn."""

from pathlib import Path

import pytest

from dashboard.data import RunLog
from tests.dashboard.conftest import Page


def test_the_archive_shows_cells_trade_and_leaders(page: Page, done: RunLog) -> None:
    drawn = page("archive", run="done")
    assert not drawn.exception
    assert [part.value for part in drawn.subheader] == [
        "Behaviour",
        "What cannot be had together",
        "Leaders by instance",
    ]
    assert f"{len(done.elites())} of 20 cells are held" in drawn.caption[0].value


@pytest.mark.slow
def test_another_pair_of_figures_can_be_chosen(page: Page) -> None:
    drawn = page("archive", run="done")
    across, up = drawn.main.selectbox
    across.select("score on search, higher is better").run()
    up.select("late, lower is better").run()
    assert not drawn.exception


def test_a_run_without_a_candidate_says_what_to_do(page: Page, begun: Path) -> None:
    drawn = page("archive", begun, run="begun")
    assert not drawn.exception
    assert "the Candidate page tells" in drawn.info[0].value


def test_a_run_that_is_not_there_is_named(page: Page) -> None:
    drawn = page("archive", run="frob")
    assert not drawn.exception
    assert drawn.error[0].value == "This run cannot be shown."
    assert "has no run 'frob'" in drawn.text[0].value
