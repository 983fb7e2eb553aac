"""A researcher's way through the pages, in a real browser: look, doubt, compare, approve, verify, report."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from benchmarks.browser import CHART, browser, chromium
from tests.dashboard.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest.importorskip("playwright", reason="the extra `browser` is not installed; it is with: make browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="there is no Chromium on the path"),
    pytest.mark.usefixtures("toy"),
]

WITHIN_MS = 60_000
COMMAND = [sys.executable, "-m", "evolve"]
FRAME = (0xD5, 0x5E, 0x00)
"""Of the champion's cell in an archive."""

REPLY = """\
Short and heavy first; weights count to the power of {number} / 3.

```python
from interface import Answer, Task


def solve(task: Task) -> Answer:
    jobs = task.jobs
    return tuple(sorted(range(len(jobs)), key=lambda i: jobs[i].length_s / jobs[i].weight ** ({number} / 3)))
```
"""
"""The third is the best order there is."""


class Inbox:
    """A run that waits for what it is told."""

    def __init__(self, db: Path) -> None:
        self.db = db
        words = ["run", "toy-order", "--proposer", "inbox", "--name", "walk", "--max-evals", "6"]
        self.process = subprocess.Popen(
            [*COMMAND, *words, "--db", str(db)],
            cwd=db.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def call(self, *words: str, told: str | None = None) -> subprocess.CompletedProcess[str]:
        """Calls `adrs` on the store."""
        command = [*COMMAND, *words, "--db", str(self.db)]
        return subprocess.run(
            command, cwd=self.db.parent, input=told, capture_output=True, text=True, check=False
        )

    def answer(self, number: int) -> None:
        """Waits until the run asks, and replies."""
        assert self.call("ask", "walk", "--wait").returncode == 0
        asked = re.findall(r"this is step (\d+) of walk", self.call("ask", "walk").stderr)
        done = self.call("tell", "walk", asked[0], "-", told=REPLY.format(number=number))
        assert done.returncode == 0, done.stderr


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    run = Inbox(tmp_path / "walk.db")
    yield run
    run.process.kill()
    run.process.wait()


@pytest.fixture
def shown(inbox: Inbox) -> Iterator["Page"]:
    """A page of the store, once the run asks for its first candidate."""
    assert inbox.call("ask", "walk", "--wait").returncode == 0
    with serving(inbox.db) as server, browser() as opened:
        page = opened.new_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        page.set_default_timeout(WITHIN_MS)
        page.goto(f"http://127.0.0.1:{server.port}/?run=walk")
        yield page


def turn(page: "Page", title: str) -> None:
    """Goes to another page by the menu."""
    page.locator("[data-testid=stSidebar] [data-testid=stPageLink-NavLink]", has_text=title).click()
    page.wait_for_selector(f"h1:has-text('{title}')")


def until(page: "Page", true: Callable[[], bool]) -> None:
    """Waits for what no selector can say."""
    for _ in range(WITHIN_MS // 250):
        if true():
            return
        page.wait_for_timeout(250)
    raise AssertionError("it did not happen in time")


def middle(picture: bytes, colour: tuple[int, int, int]) -> tuple[float, float]:
    """Where the pixels of a colour are."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), dtype=np.int64)
    rows, columns = np.nonzero((np.abs(pixels - colour) < 24).all(axis=2))
    assert rows.size > 20
    return float(columns.min() + columns.max()) / 2, float(rows.min() + rows.max()) / 2


def test_a_researcher_looks_doubts_compares_approves_verifies_and_reports(
    inbox: Inbox, shown: "Page", tmp_path: Path
) -> None:
    text = shown.locator("[data-testid=stMain]")

    # A live run: the curve grows while nobody touches the page.
    chart = shown.locator(CHART).first
    chart.wait_for()
    shown.wait_for_timeout(1000)
    before = chart.screenshot()
    inbox.answer(1)
    inbox.answer(2)
    until(shown, lambda: chart.screenshot() != before)
    inbox.answer(3)
    assert inbox.process.wait() == 0

    # A click on the champion's cell opens it, and the address says so.
    turn(shown, "Archive")
    cells = shown.locator(CHART).first
    cells.wait_for()
    shown.wait_for_timeout(1500)
    across, down = middle(cells.screenshot(), FRAME)
    cells.click(position={"x": across, "y": down})
    shown.wait_for_url(re.compile(r"/candidate\?.*candidate=\d+"))
    shown.wait_for_selector("h1:has-text('Candidate')")

    # Its diff against its parent, and that address opens the same in another window.
    text.get_by_text(re.compile(r"^--- step \d+\s+\+\+\+ step \d+")).first.wait_for()
    link = shown.url
    shown.goto("about:blank")
    shown.goto(link)
    text.get_by_text(re.compile(r"^--- step \d+\s+\+\+\+ step \d+")).first.wait_for()

    # Two policies on one instance.
    turn(shown, "Behaviour")
    text.get_by_role("button", name="Trace both").click()
    text.get_by_text(re.compile("first", re.IGNORECASE)).first.wait_for()
    shown.locator(CHART).first.wait_for()

    # A decision, a verdict, a report.
    turn(shown, "Review")
    text.get_by_role("button", name="Approve").click()
    text.get_by_test_id("stMetric").filter(has_text="Decision").get_by_text("approved").wait_for()
    text.get_by_role("button", name="Verify", exact=True).click()
    text.get_by_text(re.compile("not verified: |refuted: |verified: ")).first.wait_for()
    text.get_by_role("button", name="Write a report").click()
    with shown.expect_download() as download:
        text.get_by_test_id("stDownloadButton").get_by_role("button").first.click()
    report = tmp_path / "report.html"
    download.value.save_as(report)
    page = report.read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "walk" in page
    (approved,) = json.loads(inbox.call("candidates", "walk", "--filter", "tag=approved", "--json").stdout)[
        "candidates"
    ]
    assert f"candidate={approved['step']}" in link
