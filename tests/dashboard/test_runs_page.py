"""The list of runs, drawn."""

import shutil
from pathlib import Path

from streamlit.testing.v1 import AppTest

from evolve.runs.events import RUN_STARTED, TAGGED, Draft
from evolve.runs.store import Store
from tests.dashboard.conftest import Page


def captions(drawn: AppTest) -> str:
    return " ".join(part.value for part in drawn.caption)


def test_runs_are_listed_with_lead_and_last_improvement(page: Page, family: Path) -> None:
    drawn = page("runs", family)
    assert not drawn.exception
    frame = drawn.dataframe[0].value
    assert set(frame["run"]) == {"done", "again", "paid"}
    assert {"champion", "lead", "evaluated", "dollars", "improved", "improved at"} <= set(frame.columns)


def test_the_address_says_which_runs_are_compared(page: Page, family: Path) -> None:
    drawn = page("runs", family, runs="done again paid")
    assert not drawn.exception
    assert "A control arm has the same problem and no model." in captions(drawn)
    assert "seeds 0, 1; band: the range of the 2 runs" in drawn.text[0].value


def test_over_dollars_runs_that_spent_none_are_explained(page: Page, family: Path) -> None:
    drawn = page("runs", family, runs="done paid")
    drawn.main.segmented_control[0].set_value("dollars").run()
    assert not drawn.exception
    assert "What spent no dollars is drawn across" in captions(drawn)


def test_a_name_filters_the_list(page: Page, family: Path) -> None:
    drawn = page("runs", family)
    drawn.sidebar.text_input[0].set_value("AGA").run()
    assert list(drawn.dataframe[0].value["run"]) == ["again"]


def test_a_filter_that_no_run_passes_says_so(page: Page, family: Path) -> None:
    drawn = page("runs", family)
    drawn.sidebar.text_input[0].set_value("frob").run()
    assert "No run is like that" in drawn.info[0].value


def test_a_store_without_runs_says_how_to_start_one(page: Page, tmp_path: Path) -> None:
    Store.open(tmp_path / "none.db").close()
    drawn = page("runs", tmp_path / "none.db")
    assert not drawn.exception
    assert "adrs run" in drawn.info[0].value


def test_a_run_without_a_candidate_has_no_curve_and_says_so(page: Page, begun: Path) -> None:
    drawn = page("runs", begun)
    assert not drawn.exception
    assert "has a score there yet" in drawn.info[0].value


def test_a_run_of_another_version_is_named_and_hides_no_other(
    page: Page, family: Path, tmp_path: Path
) -> None:
    db = tmp_path / "newer.db"
    shutil.copy(family, db)
    with Store.open(db) as store:
        store.create("newer", [Draft(RUN_STARTED, None, {"spec": {"proposer": "oracle"}})], at=0.0)
    drawn = page("runs", db)
    assert not drawn.exception
    assert set(drawn.dataframe[0].value["run"]) == {"done", "again", "paid"}
    assert drawn.error[0].value == "Runs that another version wrote, or that are damaged, are left out."
    assert drawn.text[0].value.startswith("newer: ")


def test_a_tag_filters_the_list(page: Page, family: Path, tmp_path: Path) -> None:
    db = tmp_path / "tagged.db"
    shutil.copy(family, db)
    with Store.open(db) as store:
        store.append("again", [Draft(TAGGED, 0, {"tags": ["paper"], "off": False, "author": "me"})], at=0.0)
    drawn = page("runs", db)
    (tag,) = [box for box in drawn.sidebar.selectbox if box.label == "Tag"]
    tag.set_value("paper").run()
    assert list(drawn.dataframe[0].value["run"]) == ["again"]


def test_runs_of_an_address_that_are_gone_are_no_error(page: Page, family: Path) -> None:
    drawn = page("runs", family, runs="frob <script>")
    assert not drawn.exception
    assert "Choose one run or several" in drawn.info[0].value
