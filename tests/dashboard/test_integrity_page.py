"""The page on integrity, drawn."""

import shutil
from dataclasses import replace
from pathlib import Path

from evolve.cli.run_names import HOLDOUT_LOG
from evolve.runs.device_checks import DeviceCheck, check_draft
from evolve.runs.events import HOLDOUT_LOOKED, Draft
from evolve.runs.store import Store
from evolve.runs.verifications import Verification, verification_draft
from tests.dashboard.conftest import Page

LOOK = {"problem": "toy-order", "version": 1, "workload": "generated", "policy": "ab" * 32, "score": 0.5}
VERIFIED = Verification(
    policy="step 1", source="ab" * 32, step=1, problem="toy-order", version=1, workload="generated", evals=0,
    places=[], differing=0, optimality_gap=None, worst=None, decisions=None, gap=None, looks=1,
    noise_floor=0.0, notes=[],
)  # fmt: skip
CHECKED = DeviceCheck(
    problem="toy-order", status="agrees", reason="as simulated", machine={}, device="a GPU", evidence=True,
    device_s=1.0, tau={"tau": 0.5}, lead=None, against=None, unit="share of time", tokens=1, rounds=1,
    cases=[["champion", "a", 0.5, 0.6, 1.0]],
)  # fmt: skip


def test_a_run_tells_faults_and_the_bound_and_nothing_that_never_was(page: Page) -> None:
    drawn = page("integrity", run="done")
    assert not drawn.exception
    titles = [part.value for part in drawn.subheader]
    assert "Scores and the bound" in titles
    assert not {"Looks at holdout", "Verifications", "Simulator and GPU"} & set(titles)


def test_looks_verdicts_and_devices_are_told_where_there_are_any(
    page: Page, family: Path, tmp_path: Path
) -> None:
    db = tmp_path / "told.db"
    shutil.copy(family, db)
    with Store.open(db) as store:
        store.create(HOLDOUT_LOG, [Draft(HOLDOUT_LOOKED, None, LOOK)], at=0.0)
        store.append("done", [verification_draft(VERIFIED), check_draft(CHECKED)], at=0.0)
    drawn = page("integrity", db, run="done")
    assert not drawn.exception
    titles = [part.value for part in drawn.subheader]
    assert {"Looks at holdout", "Verifications", "Simulator and GPU"} <= set(titles)
    assert any("not verified: no rival's constants were tuned" in part.value for part in drawn.code)


def test_a_score_beyond_the_bound_is_called_a_hole(page: Page, finished: Path, tmp_path: Path) -> None:
    with Store.open(finished, create=False) as store:
        events = list(store.events("done"))
        texts = [store.text(event.body["text"]) for event in events if event.body.get("text")]
    with Store.open(tmp_path / "hole.db") as store:
        store.create("hole", [Draft(events[0].kind, None, events[0].body)], at=0.0)
        drafts = [Draft(event.kind, event.step, event.body) for event in events[1:]]
        for number, draft in enumerate(drafts):
            if draft.step == 9 and "scores" in draft.body:
                drafts[number] = replace(
                    draft, body={**draft.body, "scores": [1.5] * len(draft.body["scores"])}
                )
        store.append("hole", drafts, at=0.0, texts=texts)
    drawn = page("integrity", tmp_path / "hole.db", run="hole")
    assert not drawn.exception
    assert "has a hole" in drawn.error[0].value
    assert {metric.label: metric.value for metric in drawn.metric}["Beyond the bound"] == "1"


def test_a_run_without_a_candidate_says_so(page: Page, begun: Path) -> None:
    drawn = page("integrity", begun, run="begun")
    assert not drawn.exception
    assert "nothing to doubt" in drawn.info[0].value
