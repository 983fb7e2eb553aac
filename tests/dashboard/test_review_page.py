"""The page on reviews, drawn and used."""

import shutil
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data import RunLog
from evolve.cli.marks import author_named
from evolve.runs.marks import Marks, marks, noted, tagged
from evolve.runs.store import Store
from tests.dashboard.conftest import Page

HOSTILE = "<script>alert(1)</script> ![x](http://x.invalid/a.png) *so* \x1b[2J"


@pytest.fixture
def db(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(finished, tmp_path / "copy.db"))


def press(drawn: AppTest, label: str) -> AppTest:
    return next(button for button in drawn.button if button.label == label).click().run(timeout=60)


def marked(db: Path) -> Marks:
    with Store.open(db, create=False) as store:
        return marks(store, "done")


def test_a_champion_waits_until_it_is_judged(page: Page, db: Path) -> None:
    drawn = page("review", db, run="done")
    assert not drawn.exception
    assert drawn.metric[0].value == "none yet"
    assert f"You write as {author_named(None)}, the login of this server." in [t.value for t in drawn.text]
    drawn = press(drawn, "Approve")
    assert [told.value for told in drawn.success] == ["Written."]
    assert drawn.metric[0].value == "approved"
    assert "No champion waits" in drawn.info[0].value


@pytest.mark.slow
def test_of_two_decisions_the_later_stands_alone(page: Page, db: Path) -> None:
    with Store.open(db, create=False) as store:
        store.append("done", [tagged(2, ["approved"], "Ada", off=False)], at=time.time())
    drawn = press(page("review", db, run="done", candidate=2), "Reject")
    assert drawn.metric[0].value == "rejected"
    assert marked(db).tags == {2: ("rejected",)}


@pytest.mark.slow
def test_a_note_is_written_on_what_is_under_review(page: Page, db: Path) -> None:
    drawn = page("review", db, run="done", candidate=2)
    drawn.text_area[0].input("-- why?")
    drawn = press(drawn, "Write")
    assert [(n.step, n.author, n.text) for n in marked(db).notes] == [(2, author_named(None), "-- why?")]
    assert "-- why?" in [told.value for told in drawn.text]


def test_what_is_no_tag_is_refused_in_a_sentence(page: Page, db: Path) -> None:
    drawn = page("review", db, run="done", candidate=2)
    drawn.text_input[0].input("good;rm")
    drawn = press(drawn, "Put on")
    assert [told.value for told in drawn.error] == ["Nothing was written."]
    assert drawn.text[0].value.startswith("expected a tag of at most 40 letters")
    assert marked(db).tags == {}


def test_what_people_wrote_is_shown_as_text(page: Page, db: Path) -> None:
    with Store.open(db, create=False) as store:
        store.append("done", [noted(2, HOSTILE, HOSTILE)], at=time.time())
    drawn = page("review", db, run="done")
    assert not drawn.exception
    assert any("alert(1)" in told.value for told in drawn.text)
    assert not any("\x1b" in told.value for told in drawn.text)
    assert not any("alert(1)" in told.value for told in [*drawn.markdown, *drawn.caption, *drawn.success])


def test_a_run_that_goes_on_is_not_judged(page: Page, db: Path) -> None:
    with Store.open(db, create=False) as store, store.lease("done", now=time.time):
        drawn = page("review", db, run="done")
    assert "has one writer until it ends" in drawn.info[-1].value
    assert not any(button.label == "Approve" for button in drawn.button)


def test_a_run_without_a_candidate_says_so(page: Page, begun: Path) -> None:
    drawn = page("review", begun, run="begun")
    assert not drawn.exception
    assert "This run has no candidate yet." in drawn.info[-1].value


def test_the_commands_are_shown_as_they_are_typed(page: Page, db: Path, done: RunLog) -> None:
    drawn = page("review", db, run="done", candidate=2)
    assert [code.value for code in drawn.code] == [
        f"adrs verify --db={db} done done:2",
        f"adrs bundle --force --out=done.adrs.zip --db={db} done",
        f"adrs report --force --out=done.html --db={db} done",
    ]
