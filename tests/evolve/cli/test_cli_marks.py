"""Tags, notes and runs put away: what people write on a run, and that it changes nothing of it."""

import shutil
import time
from pathlib import Path

import pytest

from evolve.runs.header import Header
from evolve.runs.history import rebuild
from evolve.runs.store import Store
from problems.registry import get
from tests.evolve.cli.conftest import Adrs


@pytest.fixture
def db(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(finished, tmp_path / "copy.db"))


def digest(db: Path) -> str:
    with Store.open(db, create=False) as store:
        header = Header.read(store, "done")
        return rebuild(store, "done", header, get(header.spec.problem).axes).archive.digest()


def test_a_tag_is_shown_with_its_candidate_and_found_by(adrs: Adrs, db: Path) -> None:
    ended = adrs("tag", "done", "2", "odd", "look-at", "--db", db)
    assert (ended.code, ended.err) == (0, "adrs: step 2 of run 'done' has the tags: odd, look-at\n")
    found = adrs("candidates", "done", "--filter", "tag=odd", "--db", db, "--json").json["candidates"]
    assert [(line["step"], line["tags"]) for line in found] == [(2, ["odd", "look-at"])]
    assert "odd, look-at" in adrs("candidates", "done", "--db", db).out
    assert adrs("show", "done", "2", "--db", db, "--json").json["tags"] == ["odd", "look-at"]
    assert "tags of step 2" in adrs("show", "done", "--db", db).out


def test_a_tag_that_is_taken_off_is_gone_and_another_stays(adrs: Adrs, db: Path) -> None:
    adrs("tag", "done", "2", "odd", "good", "--db", db)
    assert adrs("tag", "done", "2", "odd", "--off", "--db", db).code == 0
    assert adrs("show", "done", "2", "--db", db, "--json").json["tags"] == ["good"]
    ended = adrs("tag", "done", "2", "odd", "--off", "--db", db)
    assert ended.code == 2
    assert "has no tag 'odd'" in ended.err


def test_a_candidate_is_tagged_by_the_first_digits_of_its_id(adrs: Adrs, db: Path) -> None:
    digits = adrs("show", "done", "2", "--db", db, "--json").json["id"][:10]
    assert adrs("tag", "done", digits, "odd", "--db", db).code == 0
    assert adrs("show", "done", "2", "--db", db, "--json").json["tags"] == ["odd"]


def test_notes_keep_author_and_order(adrs: Adrs, db: Path) -> None:
    adrs("note", "done", "first look", "--author", "Ada", "--db", db)
    adrs("note", "done", "why so slow?", "--candidate", "1", "--author", "Bo", "--db", db)
    found = adrs("show", "done", "--db", db, "--json").json["marks"]["notes"]
    assert [(n["step"], n["author"], n["text"]) for n in found] == [
        (None, "Ada", "first look"),
        (1, "Bo", "why so slow?"),
    ]
    assert [n["text"] for n in adrs("show", "done", "1", "--db", db, "--json").json["notes"]] == [
        "why so slow?"
    ]
    assert "first look (Ada, " in adrs("show", "done", "--db", db).out


def test_a_note_cannot_move_a_cursor(adrs: Adrs, db: Path) -> None:
    adrs("note", "done", "\x1b[2Jgone", "--db", db)
    assert "\x1b" not in adrs("show", "done", "--db", db).out


def test_a_run_put_away_is_listed_only_when_asked_for(adrs: Adrs, db: Path) -> None:
    assert adrs("archive", "done", "--db", db).code == 0
    assert adrs("runs", "--db", db, "--json").json["runs"] == []
    ended = adrs("runs", "--db", db)
    assert "are put away; list them with: adrs runs --all" in ended.err
    assert "put away" in adrs("runs", "--all", "--db", db).out
    assert adrs("show", "done", "--db", db).code == 0
    adrs("archive", "done", "--undo", "--db", db)
    assert [run["archived"] for run in adrs("runs", "--db", db, "--json").json["runs"]] == [False]


def test_marks_change_nothing_of_a_run(adrs: Adrs, db: Path, tmp_path: Path) -> None:
    before, best = digest(db), adrs("best", "done", "--db", db).out
    adrs("tag", "done", "2", "odd", "--db", db)
    adrs("note", "done", "a note", "--db", db)
    assert digest(db) == before
    assert adrs("best", "done", "--db", db).out == best
    assert adrs("resume", "done", "--max-evals", "34", "--db", db).code == 0
    assert adrs("bundle", "done", "--out", tmp_path / "done.zip", "--db", db).code == 0
    ended = adrs("replay", tmp_path / "done.zip")
    assert ended.code == 0, ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tag", "done", "2", "two words"], "expected a tag of at most 40"),
        (["tag", "done", "2", ""], "expected a tag of at most 40"),
        (["tag", "done", "9999", "odd"], "no candidate '9999'"),
        (["note", "done", "   "], "expected a note of 1 to 4000 characters, but got 0"),
        (["note", "done", "x", "--author", "a\nb"], "expected an author's name"),
        (["note", "nothing", "x"], "has no run 'nothing'"),
        (["archive", "done", "nothing"], "has no run 'nothing'"),
    ],
)
def test_what_means_nothing_is_refused_and_nothing_written(
    adrs: Adrs, db: Path, words: list[str], said: str
) -> None:
    ended = adrs(*words, "--db", db)
    assert ended.code == 2
    assert said in ended.err
    marks = adrs("show", "done", "--db", db, "--json").json["marks"]
    assert marks == {"tags": {}, "notes": [], "archived": False}


@pytest.mark.parametrize("words", [["note", "done", "x"], ["tag", "done", "2", "odd"], ["archive", "done"]])
def test_a_run_that_goes_on_is_not_written_on(adrs: Adrs, db: Path, words: list[str]) -> None:
    with Store.open(db) as store, store.lease("done", now=time.time):
        ended = adrs(*words, "--db", db)
    assert ended.code == 2
    assert "done" in ended.err


def test_a_note_may_read_like_an_option(adrs: Adrs, db: Path) -> None:
    ended = adrs("note", "--db", db, "--", "done", "--config=/nowhere")
    assert (ended.code, ended.err) == (0, "adrs: noted on run 'done'\n")
    assert [n["text"] for n in adrs("show", "done", "--db", db, "--json").json["marks"]["notes"]] == [
        "--config=/nowhere"
    ]
