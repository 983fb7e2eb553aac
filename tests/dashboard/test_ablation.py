"""Changes undone once, as the lineage shows them."""

import shutil
from pathlib import Path

import msgspec
import pytest

from dashboard.data import RunLog
from dashboard.reading.ablation import forest, found_of, table, worths
from evolve.runs.ablations import Ablation, Result, Undone, ablation_draft
from evolve.runs.store import Store
from evolve.runs.verifications import Lead
from tests.dashboard.conftest import Page


def undone(at: int, result: Result, worth: float | None = None, *, fault: str | None = None) -> Undone:
    lead = None
    if worth is not None:
        lead = Lead(against="a", tuned=False, difference=worth, low=worth - 0.1, high=worth + 0.1, blocks=9)
    return Undone(
        at=at,
        change=f"-old {at}\n+new {at}",
        added=1,
        removed=1,
        result=result,
        score=None if worth is None else 0.9 - worth,
        worth=lead,
        fault=fault,
    )


CHANGES = [
    undone(3, Result.MEASURED, 0.2),
    undone(5, Result.UNPARSABLE),
    undone(8, Result.FAULT, 0.9, fault="exception on a"),
    undone(9, Result.IDLE, 0.0),
]


def ablation(step: int, against: int, score: float = 0.9) -> Ablation:
    whole = undone(1, Result.MEASURED, 0.3)
    return Ablation(
        step=step,
        against=against,
        problem="toy-order",
        version=1,
        workload="generated",
        score=score,
        whole=whole,
        changes=CHANGES,
    )


@pytest.fixture
def child(done: RunLog) -> int:
    return max(step.step for step in done.steps if step.parents and step.id)


@pytest.fixture
def ablated(done: RunLog, finished: Path, tmp_path: Path, child: int) -> Path:
    """A store whose run `done` has ablations of `child` since its first parent, and of another step."""
    db = Path(shutil.copy(finished, tmp_path / "ablated.db"))
    parent = done.steps[child].parents[0]
    with Store.open(db) as store:
        found = [ablation(child, parent, 0.8), ablation(child, parent), ablation(0, 1)]
        store.append("done", [ablation_draft(each) for each in found], at=0.0)
    return db


def test_of_several_ablations_since_a_step_the_latest_counts(done: RunLog, ablated: Path, child: int) -> None:
    log = RunLog(ablated, "done")
    assert found_of(log, child) == {
        done.steps[child].parents[0]: ablation(child, done.steps[child].parents[0])
    }


def test_every_change_has_a_row(child: int) -> None:
    shown = table(ablation(child, 0))
    assert shown["change"].tolist() == ["+new 3", "+new 5", "+new 8", "+new 9"]
    assert shown["verdict"].tolist()[1:3] == ["no program without it", "needed, else exception on a"]


def test_changes_that_were_measured_are_drawn() -> None:
    shown = worths(CHANGES)
    assert shown["label"].tolist() == ["3: +new 3", "8: +new 8", "9: +new 9"]
    assert shown["kind"].tolist() == ["of use", "needed", "no matter"]
    assert forest(shown).to_dict()["layer"]


def test_a_change_that_could_hide_text_is_escaped() -> None:
    hidden = msgspec.structs.replace(CHANGES[0], change="+\x1b[2J\ud800")
    found = msgspec.structs.replace(ablation(1, 0), changes=[hidden])
    assert table(found)["change"].tolist() == [r"+\x1b[2J\ud800"]
    assert worths([hidden])["label"].tolist() == [r"3: +\x1b[2J\ud800"]


def test_the_lineage_shows_what_was_found(page: Page, ablated: Path, child: int) -> None:
    drawn = page("lineage", ablated, run="done", candidate=child)
    assert not drawn.exception
    assert drawn.subheader[2].value == "With one change undone"
    told = drawn.caption[-1].value
    assert f"Step {child} scores 0.9000 on validation" in told
    assert "All changes together: +0.3000 [+0.2000, +0.4000]" in told


def test_where_nothing_was_undone_yet_there_is_a_button_alone(page: Page, child: int) -> None:
    drawn = page("lineage", run="done", candidate=child)
    assert [b.label for b in drawn.button if b.label.startswith("Undo")] == [
        "Undo each change once, and measure"
    ]
    assert not any("Worths need not add up" in part.value for part in drawn.caption)
