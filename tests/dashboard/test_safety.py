"""What strangers can do to the server of pages: nothing."""

import ast
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.commands import TOKEN
from dashboard.data import RunLog
from dashboard.views import VIEWS
from evolve.runs.events import RUN_STARTED, Draft
from evolve.runs.store import Store
from tests.dashboard.conftest import Page

PAGES = Path(dashboard.__file__).parent


def test_one_module_alone_starts_commands() -> None:
    found = set()
    for path in PAGES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if "subprocess" in names or (isinstance(node, ast.ImportFrom) and node.module == "subprocess"):
                found.add(path.name)
            assert not (isinstance(node, ast.keyword) and node.arg in {"shell", "unsafe_allow_html"})
    assert found == {"commands.py"}


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(finished, tmp_path / "copy.db"))


@pytest.fixture
def app(finished: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """All pages, for viewers who bring the token `right`."""
    monkeypatch.setenv(TOKEN, "right")
    return pages_of(finished, monkeypatch)


def pages_of(db: Path, monkeypatch: pytest.MonkeyPatch, **address: str) -> AppTest:
    monkeypatch.setattr(sys, "argv", ["app.py", "--db", str(db)])
    found = AppTest.from_file(str(PAGES / "app.py"), default_timeout=60)
    for name, value in address.items():
        found.query_params[name] = value
    return found


def test_without_the_token_nothing_is_seen(app: AppTest) -> None:
    drawn = app.run()
    assert not drawn.exception
    assert [box.label for box in drawn.text_input] == ["Token"]
    assert not [*drawn.dataframe, *drawn.title, *drawn.markdown, *drawn.text]


@pytest.mark.parametrize("token", ["righ", "ä\0", "x" * 10_000])
def test_a_wrong_token_opens_nothing_wherever_it_is_brought(app: AppTest, token: str) -> None:
    app.query_params["token"] = token
    drawn = app.run()
    assert not [*drawn.dataframe, *drawn.title, *drawn.text]
    assert drawn.error[0].value.startswith("This is not the token")
    drawn.text_input[0].input(token).run()
    assert not drawn.exception
    assert not [*drawn.dataframe, *drawn.title, *drawn.text]


def test_the_token_opens_all_and_is_taken_out_of_the_address(app: AppTest) -> None:
    app.query_params["token"] = "right"
    drawn = app.run()
    assert not drawn.exception
    assert [title.value for title in drawn.title] == ["Runs"]
    assert "token" not in drawn.query_params
    assert [title.value for title in drawn.run().title] == ["Runs"]


def test_a_token_that_is_typed_opens_all_whatever_the_address_says(app: AppTest) -> None:
    app.query_params["token"] = "wrong"
    app.run().text_input[0].input("right").run()
    assert [title.value for title in app.title] == ["Runs"]


def test_a_session_that_claims_to_be_let_in_is_not(app: AppTest) -> None:
    for name in ("token brought", "let in"):
        app.session_state[name] = True
    assert not app.run().title


NO_RUN = [
    "../../x",
    "--help",
    "done;id\0",
    "\x1b[2J\n<script>alert(1)</script> ![x](http://x.invalid/a.png) Größe 数 🚂 \u202e",
    "x" * 10_000,
]


@pytest.mark.parametrize("run", NO_RUN, ids=lambda run: run[:12].encode("unicode_escape").decode())
def test_a_crafted_run_is_told_in_a_sentence(page: Page, run: str) -> None:
    drawn = page("review", run=run)
    assert not drawn.exception
    assert [told.value for told in drawn.error] == ["This run cannot be shown."]
    assert "has no run" in drawn.text[0].value
    assert len(drawn.text[0].value) < 700
    assert drawn.text[0].value.isprintable()


def test_the_log_of_looks_at_holdout_is_no_run(page: Page) -> None:
    drawn = page("review", run="holdout")
    assert not [*drawn.exception, *drawn.error]
    assert drawn.info[0].value.startswith("This name is kept for the looks at holdout")


@pytest.mark.parametrize("candidate", ["1;rm", "\uff11\0", "9" * 5000])
def test_a_crafted_candidate_leads_to_the_champion(page: Page, done: RunLog, candidate: str) -> None:
    drawn = page("review", run="done", candidate=candidate)
    assert not drawn.exception
    assert done.state.champion is not None
    assert f"Step {done.state.champion.step} of done, the champion" in [told.value for told in drawn.text]


def broken(db: Path, how: str) -> Path:
    if how == "missing":
        db.unlink()
    elif how == "a folder":
        db.unlink()
        db.mkdir()
    elif how == "a text":
        db.write_text("no store")
    elif how == "half-written":
        db.write_bytes(db.read_bytes()[: db.stat().st_size // 2])
    elif how == "newer":
        with closing(sqlite3.connect(db)) as connection:
            connection.execute("PRAGMA user_version = 999")
    return db


BROKEN = {
    "missing": "nothing is there",
    "a folder": "is a directory",
    "a text": "is no database",
    "half-written": "is damaged",
    "newer": "has store version 999",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_store_that_cannot_be_read_is_told_in_a_sentence(
    copied: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    drawn = pages_of(broken(copied, how), monkeypatch).run()
    assert not drawn.exception
    assert [told.value for told in drawn.error] == ["The runs cannot be listed."]
    assert BROKEN[how] in drawn.text[0].value


@pytest.mark.parametrize("how", ["missing", "half-written"])
def test_a_store_that_breaks_while_it_is_open_is_told_in_a_sentence(
    copied: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    drawn = pages_of(copied, monkeypatch, run="done").run()
    assert not drawn.error
    broken(copied, how)
    drawn.run()
    assert not drawn.exception
    assert len(drawn.error) == 1
    assert BROKEN[how] in drawn.text[0].value


def test_a_run_that_is_deleted_while_it_is_open_is_told_in_a_sentence(page: Page, copied: Path) -> None:
    with Store.open(copied, create=False) as store:
        store.create("other", [Draft(RUN_STARTED, None, next(store.events("done")).body)], at=0.0)
        drawn = page("review", copied, run="done")
        assert not drawn.error
        store.delete("done", at=4e9)
    drawn.run()
    assert not drawn.exception
    assert [told.value for told in drawn.error] == ["This run cannot be shown."]


NAME = "![x](http://x.invalid/a.png) <script>alert(1)</script>"
AS_IT_IS = {"text", "code", "arrow_data_frame", "dataframe", "selectbox", "multiselect", "vega_lite_chart"}
"""Parts of a page that show what they are given; others take it for markdown."""


@pytest.mark.slow
@pytest.mark.parametrize("view", [view.path for view in VIEWS])
def test_the_name_of_a_strangers_run_is_no_markdown(page: Page, copied: Path, view: str) -> None:
    with closing(sqlite3.connect(copied)) as connection, connection:
        connection.execute("UPDATE runs SET name = ?", (NAME,))
    drawn = page(view, copied, run=NAME)
    assert not drawn.exception
    parts = [*drawn.main, *drawn.sidebar]
    assert any("alert(1)" in str(part.proto) for part in parts if part.type in AS_IT_IS)
    assert not [part.type for part in parts if part.type not in AS_IT_IS and "alert(1)" in str(part.proto)]
