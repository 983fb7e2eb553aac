"""Which champions wait, and what was said of a run."""

import shutil
import time
from pathlib import Path

import pytest

from dashboard.data import Library
from dashboard.reviews import Said, judgement, said, waiting
from evolve.runs.events import Draft
from evolve.runs.marks import archived, marks, noted, tagged
from evolve.runs.store import Store

NOW = 4e9
"""Behind all that the run itself wrote."""


@pytest.fixture
def db(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(finished, tmp_path / "copy.db"))


def write(db: Path, *drafts: Draft) -> None:
    with Store.open(db, create=False) as store:
        for draft in drafts:
            store.append("done", [draft], at=NOW)


def champion(db: Path) -> int:
    found = Library(db).log("done").state.champion
    assert found is not None
    return found.step


def test_a_champion_waits_until_it_is_approved_or_rejected(db: Path) -> None:
    step = champion(db)
    assert [(each.summary.row.name, each.step, each.verified) for each in waiting(Library(db))] == [
        ("done", step, None)
    ]
    write(db, tagged(step, ["odd"], "Ada", off=False), tagged(step + 1, ["approved"], "Ada", off=False))
    assert len(waiting(Library(db))) == 1
    write(db, tagged(step, ["rejected"], "Ada", off=False))
    assert waiting(Library(db)) == []
    write(db, tagged(step, ["rejected"], "Ada", off=True))
    assert len(waiting(Library(db))) == 1


def test_a_run_that_goes_on_or_is_put_away_does_not_wait(db: Path) -> None:
    with Store.open(db, create=False) as store, store.lease("done", now=time.time):
        assert waiting(Library(db)) == []
    write(db, archived("Ada", undone=False))
    assert waiting(Library(db)) == []


def test_the_later_of_two_decisions_stands(db: Path) -> None:
    write(db, tagged(2, ["approved"], "Ada", off=False), tagged(2, ["rejected", "odd"], "Bo", off=False))
    with Store.open(db, create=False) as store:
        assert judgement(marks(store, "done"), 2) == "rejected"
        assert judgement(marks(store, "done"), 3) is None


def test_all_that_was_said_stands_in_order_with_its_author(db: Path) -> None:
    write(
        db,
        tagged(2, ["odd", "slow"], "Ada", off=False),
        noted(None, "why?", "Bo"),
        tagged(2, ["odd"], "Ada", off=True),
        archived("Bo", undone=False),
        archived("Ada", undone=True),
    )
    assert said(db, "done") == [
        Said(NOW, "Ada", 2, "tagged odd, slow"),
        Said(NOW, "Bo", None, "why?"),
        Said(NOW, "Ada", 2, "took off odd"),
        Said(NOW, "Bo", None, "put it away"),
        Said(NOW, "Ada", None, "brought it back"),
    ]
