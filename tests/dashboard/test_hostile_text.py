"""Texts that models and candidates wrote, on the page: shown as they are, never obeyed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from evaluators.values import Evaluation, Measurement, Usage
from evolve.models.language_model import Completion, Request
from evolve.runs import records
from evolve.runs.events import ASKED, RUN_STARTED, Draft
from evolve.runs.header import Header
from evolve.runs.ledger import Cost
from evolve.runs.packing import Layout
from evolve.runs.reply import Reply
from evolve.runs.requests import request_body, request_texts
from evolve.runs.store import Store
from evolve.runs.trial import OutcomeKind, Trial
from evolve.search.candidate import Candidate
from problems.base import Split
from sandbox.faults import Fault, FaultKind
from tests.dashboard.conftest import drawn

MARK = "HOSTILE"
SCRIPT = f"<script>alert('{MARK}')</script><img src=x onerror=alert(1)> ![{MARK}](http://example.org/x.png)"
ESCAPES = f"\x1b]0;{MARK}\x07\x1b[2J\u202egnp.exe\ud800"
LONG = f"{MARK} " + "x" * (1 << 20)
TEXTS = frozenset({"code", "text", "arrow_data_frame", "dataframe"})
"""Elements that show text as it is."""


def shown(page: AppTest, kinds: frozenset[str]) -> Iterator[str]:
    """What elements of some kinds were sent to the browser with."""
    for node in page.main:
        if node.type in kinds:
            yield str(node.proto)


@pytest.fixture(scope="module")
def hostile(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a run `done` of two steps, whose every text is meant to harm who reads it."""
    db = tmp_path_factory.mktemp("hostile") / "hostile.db"
    with Store.open(finished, create=False) as store:
        header = Header.read(store, "done")
        started = next(store.events("done", kinds=(RUN_STARTED,))).body
    seed = Candidate(f"# {SCRIPT}\n# {ESCAPES}\ndef solve(task):\n    return ()\n")
    child = Candidate(f"'''{LONG}'''\n", (seed.id,), f"{MARK}<b>edit</b>", f"**{MARK}**")
    request = Request(f"**{MARK}**", SCRIPT, f"## {SCRIPT}\n{ESCAPES}\n", 100)
    completion = Completion(f"{SCRIPT}{ESCAPES}{LONG}", f"<i>{MARK}</i>", 10, 10, 0.0, f"*{MARK}*")
    reply = Reply(f"**{MARK}**", Cost(0.0, 20), completion)
    trials = [
        _trial(0, seed, header.layouts[Split.SMOKE]),
        _trial(1, child, header.layouts[Split.SMOKE], reply),
    ]
    with Store.open(db) as store:
        store.create("done", [Draft(RUN_STARTED, None, started)], at=0.0)
        for trial in trials:
            asked = {"parents": [0] * trial.step, "operator": trial.operator}
            asked |= request_body(request) if trial.reply else {}
            drafts = [Draft(ASKED, trial.step, asked)]
            drafts += records.drafts(trial, None, parents=[0] * trial.step, status=0)
            store.append("done", drafts, at=0.0, texts=[*records.texts(trial), *request_texts(request)])
    return db


def _trial(step: int, candidate: Candidate, layout: Layout, reply: Reply | None = None) -> Trial:
    fault = Fault(FaultKind.RAISED, f"{MARK}<b>", SCRIPT)
    measured = tuple(Measurement(*row, 0.0, {}, fault, LONG) for row in layout.rows)
    evaluations = {Split.SMOKE: Evaluation.of(Split.SMOKE, measured)}
    return Trial(
        step, OutcomeKind.EVALUATED, f"{MARK}<u>", candidate.operator, candidate, "0", evaluations,
        {Split.SMOKE: Usage()}, candidate.parents, reply=reply,
    )  # fmt: skip


@pytest.fixture(scope="module")
def seed(hostile: Path) -> AppTest:
    """The page on the first step."""
    return drawn("candidate", hostile, run="done", candidate=0)


@pytest.fixture(scope="module")
def child(hostile: Path) -> AppTest:
    """The page on the second step, which a model was asked for, by an address of nonsense."""
    return drawn("candidate", hostile, run="done", candidate="1;rm", other="<script>")


def hostile_texts(page: AppTest, *, as_text: bool) -> list[str]:
    """What holds the mark, among the elements that show text as it is, or among all others."""
    every = frozenset(node.type for node in page.main) - {"main", "unknown"}
    return [text for text in shown(page, every & TEXTS if as_text else every - TEXTS) if MARK in text]


def test_what_strangers_wrote_is_shown_as_text_alone(seed: AppTest, child: AppTest) -> None:
    for page in (seed, child):
        assert not page.exception
        assert hostile_texts(page, as_text=True)
        assert not hostile_texts(page, as_text=False)


def test_what_could_hide_text_is_escaped(seed: AppTest) -> None:
    (source,) = [code.value for code in seed.code if code.language == "python"]
    assert r"\x1b]0;HOSTILE\x07\x1b[2J\u202egnp.exe\ud800" in source


def test_a_megabyte_is_cut_and_says_so(child: AppTest) -> None:
    long = [code.value for code in child.code if len(code.value) > 1000]
    assert long
    assert all(len(text) < 201_000 and "characters more, in the log" in text for text in long)


def test_an_address_that_names_nonsense_shows_the_run_all_the_same(child: AppTest) -> None:
    assert child.sidebar.number_input[0].value == 1
    assert child.selectbox[0].value == "parent, step 0"
