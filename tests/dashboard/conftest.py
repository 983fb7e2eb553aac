"""A run to look at, and pages of it."""

from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data import RunLog
from evolve.models.language_model import Completion
from evolve.runs import records
from evolve.runs.events import COMMITTED, REPLIED, RUN_STARTED, Draft
from evolve.runs.ledger import Cost
from evolve.runs.reply import Reply
from evolve.runs.store import Store
from evolve.runs.trial import OutcomeKind, Trial

Page = Callable[..., AppTest]


@pytest.fixture
def done(finished: Path) -> RunLog:
    """The run `done`, as far as it is written."""
    log = RunLog(finished, "done")
    log.refresh()
    return log


def drawn(name: str, db: Path, **parameters: object) -> AppTest:
    """Draws a view on a store as an address of those parameters asks for."""
    script = (
        "from pathlib import Path\n"
        "from dashboard.data import Library\n"
        f"from dashboard.views import {name}\n"
        f"{name}.show(Library(Path({str(db)!r})))\n"
    )
    found = AppTest.from_string(script, default_timeout=20)
    for key, value in parameters.items():
        found.query_params[key] = str(value)
    return found.run()


@pytest.fixture
def page(finished: Path) -> Page:
    """Draws a view, by name, on the store with the finished run unless another is given."""

    def draw(name: str, db: Path = finished, **parameters: object) -> AppTest:
        return drawn(name, db, **parameters)

    return draw


@pytest.fixture
def begun(finished: Path, tmp_path: Path) -> Path:
    """A store with a run `begun` that has no candidate yet."""
    with Store.open(finished, create=False) as store:
        started = next(store.events("done", kinds=(RUN_STARTED,))).body
    with Store.open(tmp_path / "begun.db") as store:
        store.create("begun", [Draft(RUN_STARTED, None, started)], at=0.0)
    return tmp_path / "begun.db"


@pytest.fixture
def fruitless(begun: Path) -> Path:
    """The same store, whose run `begun` has one step by now, which came to no candidate."""
    cut = "the reply was cut after 9 tokens"
    trial = Trial(0, OutcomeKind.REJECTED, "truncated", "rewrite", detail=cut)
    with Store.open(begun) as store:
        store.append("begun", records.drafts(trial, None, parents=[], status=0), at=0.0)
    return begun


@pytest.fixture(scope="session")
def family(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with `done`, `again`, alike but for its seed, and `paid`, which a model `law` was asked for."""
    db = tmp_path_factory.mktemp("family") / "family.db"
    for name, spec in (("done", {}), ("again", {"seed": 1}), ("paid", {"proposer": "inbox"})):
        _retell(finished, db, name, spec)
    return db


def _retell(old: Path, new: Path, name: str, spec: Mapping[str, object]) -> None:
    """Writes the run `done` under another name, with another specification, and a reply a step if it asks."""
    with Store.open(old, create=False) as store:
        events = list(store.events("done"))
        texts = [store.text(event.body["text"]) for event in events if event.body.get("text")]
    started = {**events[0].body, "spec": {**events[0].body["spec"], **spec}}
    completion = Completion("a reply", "law", 900, 100, 0.01)
    reply = Reply("law", Cost(0.01, 1000), completion).body()
    with Store.open(new) as store:
        store.create(name, [Draft(RUN_STARTED, None, started)], at=events[0].at)
        for at, together in groupby(events[1:], key=lambda event: event.at):
            drafts = list[Draft]()
            for event in together:
                if spec.get("proposer") and event.kind == COMMITTED and event.body["operator"] != "seed":
                    drafts.append(Draft(REPLIED, event.step, reply))
                drafts.append(Draft(event.kind, event.step, event.body))
            store.append(name, drafts, at=at, texts=[*texts, "a reply"])
            texts = []
