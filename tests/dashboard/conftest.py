"""A run to look at, and pages of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data import RunLog
from evolve.runs.events import RUN_STARTED, Draft
from evolve.runs.store import Store

Page = Callable[..., AppTest]


@pytest.fixture
def done(finished: Path) -> RunLog:
    """The run `done`, as far as it is written."""
    log = RunLog(finished, "done")
    log.refresh()
    return log


@pytest.fixture
def page(finished: Path) -> Page:
    """Draws a view, `name`, on a store as an address of those parameters asks for."""

    def draw(name: str, db: Path = finished, **parameters: object) -> AppTest:
        script = (
            "from pathlib import Path\n"
            "from dashboard.data import Library\n"
            f"from dashboard.views import {name}\n"
            f"{name}.show(Library(Path({str(db)!r})))\n"
        )
        drawn = AppTest.from_string(script, default_timeout=20)
        for key, value in parameters.items():
            drawn.query_params[key] = str(value)
        return drawn.run()

    return draw


@pytest.fixture
def begun(finished: Path, tmp_path: Path) -> Path:
    """A store with a run `begun` that has no candidate yet."""
    with Store.open(finished, create=False) as store:
        started = next(store.events("done", kinds=(RUN_STARTED,))).body
    with Store.open(tmp_path / "begun.db") as store:
        store.create("begun", [Draft(RUN_STARTED, None, started)], at=0.0)
    return tmp_path / "begun.db"
