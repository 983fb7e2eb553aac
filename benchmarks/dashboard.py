"""How fast the pages are on a long run, in a real browser, and what a search loses while it is watched.

    python -m benchmarks.dashboard [--db LONG.db] [--steps 10000] [--pairs 3] [--json]

Needs Chromium and the extra `browser`. The store is that of `benchmarks.long_log`, made anew unless `--db`
names one. `start` is what a server takes until it answers, `cold` the first navigation to a chart from then
on, both of several servers. `navigation` is five more, each in a browser context that has none of the pages'
scripts; `navigation again` has them, as the browser of whoever was there before. `change` goes from page to
page by the menu, until the server is done with the page. `whole log` is what reading a run anew takes, and
`refresh` to take in 20 steps that were written since, both without a browser. A search is run in pairs, once
alone and once while a browser shows its page; the browser shares the cores, as the viewer's does not have to,
so the server's own share is told beside it.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.browser import CHART, Server, browser, server
from benchmarks.long_log import write
from benchmarks.report import Row, arguments, show
from evolve.runs.events import COMMITTED, Draft
from evolve.runs.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUN = "long"
GROWING = "growing"
STARTS = 3
NAVIGATIONS = 5
CHANGES = 2
REFRESHES = 5
NEW_STEPS = 20
SETTLED_S = 10.0
"""Until a server has read ahead what the pages behind the first one need."""
SEARCH = ("run", "txn", "--max-evals", "400", "--seed", "1")
DONE = "[data-testid=stApp][data-test-script-state=notRunning]"


@contextmanager
def page(opened: "Browser") -> Iterator["Page"]:
    """A page that shares nothing with those before it."""
    context = opened.new_context(viewport={"width": 1280, "height": 900})
    try:
        yield context.new_page()
    finally:
        context.close()


def timed(action: Callable[[], object]) -> float:
    """Wall seconds of something."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def navigated(opened: "Browser", url: str) -> float:
    """Seconds from an address to the first chart."""
    with page(opened) as shown:
        return timed(lambda: (shown.goto(url), shown.wait_for_selector(CHART)))


def returned(opened: "Browser", url: str) -> list[float]:
    """Seconds from an address to the first chart in a browser that was there before, each time."""
    with page(opened) as shown:
        found = []
        for _ in range(NAVIGATIONS + 1):
            shown.goto("about:blank")
            found.append(timed(lambda: (shown.goto(url), shown.wait_for_selector(CHART))))
        return found[1:]


def changes(opened: "Browser", url: str) -> dict[str, list[float]]:
    """Seconds of each page, reached by the menu from the one before it; the first round is not counted."""
    found: dict[str, list[float]] = {}
    with page(opened) as shown:
        shown.goto(url)
        shown.wait_for_selector(CHART)
        links = shown.locator("[data-testid=stSidebar] [data-testid=stPageLink-NavLink]")
        titles = [text.split()[-1] for text in links.all_inner_texts()]  # an icon stands before it
        for turn in range(CHANGES + 1):
            for number, title in enumerate(titles):
                taken = timed(lambda n=number, t=title: turned(shown, n, t))  # type: ignore[misc]
                if turn:
                    found.setdefault(title, []).append(taken)
    return found


def turned(shown: "Page", number: int, title: str) -> None:
    """Goes to a page, and waits until its script has run."""
    shown.locator("[data-testid=stSidebar] [data-testid=stPageLink-NavLink]").nth(number).click()
    shown.wait_for_selector(f"h1:has-text('{title}')")
    shown.wait_for_selector(DONE)


def rebuilt(db: Path) -> list[float]:
    """CPU seconds to read the run from its first event to its last, each time anew."""
    from dashboard.data import Library

    found = []
    for _ in range(STARTS):
        began = time.process_time()
        Library(db).log(RUN).frame()
        found.append(time.process_time() - began)
    return found


def refreshed(db: Path, folder: Path) -> list[float]:
    """Seconds to take in `NEW_STEPS` more steps of a run that is looked at, each time anew."""
    from dashboard.data import Library

    grown = Path(shutil.copy(db, folder / "grown.db"))
    with Store.open(grown, create=False) as store:
        first, *events = store.events(RUN)
        drafts = [Draft(event.kind, event.step, event.body) for event in events]
        ends = [place for place, event in enumerate(events) if event.kind == COMMITTED]
        cuts = [ends[-1 - NEW_STEPS * turn] + 1 for turn in range(REFRESHES, -1, -1)]
        store.create(GROWING, [Draft(first.kind, first.step, first.body), *drafts[: cuts[0]]], at=0.0)
    library, found = Library(grown), []
    library.log(GROWING).frame()
    for start, end in pairwise(cuts):
        with Store.open(grown, create=False) as store:
            store.append(GROWING, drafts[start:end], at=0.0)
        found.append(timed(lambda: library.log(GROWING).frame()))
    return found


def searched(db: Path, name: str, watching: "Browser | None", url: str) -> float:
    """Candidates a second of a search, by its own clock."""
    command = [sys.executable, "-m", "evolve", *SEARCH, "--name", name, "--db", str(db)]
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with page(watching) if watching is not None else nullcontext() as shown:
        if shown is not None:
            while not _has_begun(db, name):  # a page about a run that is not there yet would not look again
                time.sleep(0.05)
            shown.goto(f"{url}/?run={name}")
        process.wait()
    return int(SEARCH[3]) / (time.monotonic() - started)


def _has_begun(db: Path, run: str) -> bool:
    with Store.open(db, create=False) as store:
        return any(there.name == run for there in store.runs())


def watched(db: Path, opened: "Browser", served: Server, pairs: int) -> list[Row]:
    """Speed of a search alone and while it is watched, by turns."""
    alone, seen, share = [], [], []
    for pair in range(pairs):
        alone.append(searched(db, f"alone-{pair}", None, served.url))
        before, started = served.cpu_s, time.monotonic()
        seen.append(searched(db, f"seen-{pair}", opened, served.url))
        share.append((served.cpu_s - before) / (time.monotonic() - started))
    lost = [1.0 - b / a for a, b in zip(alone, seen, strict=True)]
    return [
        row("search alone, candidates/s", alone),
        row("search watched, candidates/s", seen),
        row("speed lost, %", [100.0 * value for value in lost]),
        row("server's CPU while watched, % of a core", [100.0 * value for value in share]),
    ]


def row(what: str, values: Sequence[float]) -> Row:
    """Median and range."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return {"what": what, "n": len(values), "median": middle, "low": low, "high": high}


def begun(db: Path, opened: "Browser") -> list[Row]:
    """What servers take to start, and what the first page of each takes."""
    starts, firsts = [], []
    for _ in range(STARTS):
        with server(db) as served:
            starts.append(served.start_s)
            firsts.append(navigated(opened, f"{served.url}/?run={RUN}"))
    return [row("start, s", starts), row("cold navigation, s", firsts)]


def measured(db: Path, folder: Path, pairs: int) -> list[Row]:
    """Everything, on the run `long` of a store."""
    with browser() as opened:
        rows = begun(db, opened)
        with server(db) as served:
            url = f"{served.url}/?run={RUN}"
            navigated(opened, url)
            time.sleep(SETTLED_S)
            rows.append(row("navigation, s", [navigated(opened, url) for _ in range(NAVIGATIONS)]))
            rows.append(row("navigation again, s", returned(opened, url)))
            rows += [row(f"change to {title}, s", each) for title, each in changes(opened, url).items()]
            rows.append(row("memory, MB", [served.memory_mb]))
            rows.append(row("whole log, CPU s", rebuilt(db)))
            rows.append(row("refresh, s", refreshed(db, folder)))
            return rows + (watched(db, opened, served, pairs) if pairs else [])


def main() -> None:
    """Measures, and prints a table."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--db", type=Path, help="a store that benchmarks.long_log wrote; copied first")
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=3, help="of searches, 0 for none")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "long.db"
        if given.db is None:
            write(db, run=RUN, problem="prism", steps=given.steps)
        else:
            shutil.copy(given.db, db)
        rows = measured(db, Path(folder), given.pairs)
    show("dashboard", rows, as_json=given.json, note="low and high: the range of n")


if __name__ == "__main__":
    main()
