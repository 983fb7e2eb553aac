"""`adrs report`: a page that is whole, safe, the same for the same log, and honest about what is missing."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from evolve.cli import html_report
from evolve.runs.ablations import Ablation, Result, Undone, ablation_draft
from evolve.runs.device_checks import DeviceCheck, check_draft
from evolve.runs.events import PROMOTED, RESCORED, RESUMED, RUN_STARTED, Draft
from evolve.runs.marks import noted, tagged
from evolve.runs.store import Store
from evolve.runs.verifications import Lead, Place, Verification, verification_draft
from tests.evolve.cli.conftest import Adrs

EVIL = "</script><img src=x onerror=alert(1)>"
HOSTILE = f'''
# {EVIL} \x1b[2J \u202e
def solve(task):
    print("{EVIL}" * 30_000)
    jobs = task.jobs
    return tuple(sorted(range(len(jobs)), key=lambda i: jobs[i].length_s / jobs[i].weight))
'''
VOID = {"meta"}


class Page(HTMLParser):
    """A page as a browser would take it apart."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text, self.problems = "", list[str]()
        self.ids, self.links, self.tags = list[str](), list[str](), list[str]()
        self._open: list[str] = []
        self.markup = path.read_text(encoding="utf-8")
        self.feed(self.markup)
        self.close()
        self.problems += [f"{tag} is not closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open += [] if tag in VOID else [tag]
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in {"href", "src"}:
                self.links.append(value or "")
            elif name.startswith("on"):
                self.problems.append(f"{name} of {tag}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.problems.append(f"{tag} is closed out of turn")

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.text += data

    @property
    def told(self) -> str:
        """What is read on it, spaces as in a browser."""
        return re.sub(r"\s+", " ", self.text)


def verification() -> Verification:
    ahead = Lead(against="weighted", tuned=False, difference=0.2, low=0.1, high=0.3, blocks=10)
    place = Place(
        title="holdout", workload="generated", split="holdout", decides=True, score=0.9, instances=10,
        faults=0, fault=None, leads=[ahead], dialects={},
    )  # fmt: skip
    return Verification(
        policy="champion of done, step 4", source="0" * 64, step=4, problem="toy-order", version=1,
        workload="generated", evals=20, places=[place], differing=0, optimality_gap=0.1, worst=("a", 0.5),
        decisions=None, gap=None, looks=2, noise_floor=0.0, notes=["rush was left out", "so was dusk"],
    )  # fmt: skip


def check(step: int) -> DeviceCheck:
    lead = {"difference": 0.1, "low": 0.05, "high": 0.2, "alpha": 0.05, "blocks": 9}
    return DeviceCheck(
        problem="toy-order", step=step, status="verified", reason="it leads there, too", machine={},
        device="H100", evidence=True, device_s=44.0, tau=None, lead=lead, against="weighted",
        unit="share of the best time", tokens=8, rounds=3,
        cases=[["weighted", "a", 0.5, 0.6, 0.001], ["champion", "a", 0.7, 0.8, 0.002]],
    )  # fmt: skip


def ablation(step: int) -> Ablation:
    worth = Lead(against="without it", tuned=False, difference=0.1, low=0.05, high=0.2, blocks=9)
    change = Undone(
        at=7, change="-old\n+x = '<b>'", added=1, removed=1, result=Result.MEASURED, score=0.8, worth=worth,
        fault=None,
    )  # fmt: skip
    return Ablation(
        step=step, against=1, problem="toy-order", version=1, workload="generated", score=0.9, whole=change,
        changes=[change],
    )  # fmt: skip


@pytest.fixture(scope="module")
def store(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run `done`, and what others would be: cut short, without a measurement, or much looked at."""
    db = tmp_path_factory.mktemp("reports") / "runs.db"
    shutil.copy(finished, db)
    lost = Draft(RESUMED, None, {"budgets": {}, "machine": {}, "doubts": [[3, 0.5, 10]]})
    summary = {"version": 2, "changed": [], "champion": [4, 4], "alike": 0, "ranks": 0, "layouts": {}}
    with Store.open(db) as opened:
        started = next(opened.events("done", kinds=(RUN_STARTED,))).body

        def like(name: str, *more: Draft, upto: int | None = None, **asked: object) -> None:
            first = Draft(RUN_STARTED, None, {**started, "spec": {**started["spec"], **asked}})
            opened.copy("done", name, [first, *more], upto, at=1e9)

        like("other", upto=0, problem="toy-gate")
        like("cut<b>", upto=100, seed=7)
        like("empty", upto=0)
        like("looked-at", lost)
        promoted = [event.step for event in opened.events("done", kinds=(PROMOTED,))]
        champion = promoted[-1] or 0
        undone = [ablation_draft(ablation(champion)), ablation_draft(ablation(10**6))]
        seen = [
            *undone,
            verification_draft(verification()),
            check_draft(check(champion)),
            Draft(RESCORED, None, summary),
        ]
        opened.append(
            "looked-at", [*seen, tagged(4, ["odd"], "Ann", off=False), noted(4, "why <i>?", "Ann")], at=1.1e9
        )
    return db


def written(adrs: Adrs, path: Path, *words: object) -> Page:
    ended = adrs("report", *words, "--out", path)
    assert (ended.code, ended.out) == (0, ""), ended.err
    assert re.search(rf"wrote {re.escape(str(path))}, [\d.]+ KiB", ended.err)
    return Page(path)


@pytest.fixture(scope="module")
def pages(store: Path, toy: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """Pages on one run and on all that can be told together, each written once."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, runs in {"one": ["done"], "all": ["looked-at", "other", "cut<b>", "empty"]}.items():
        path = folder / f"{name}.html"
        html_report.report_on(store, html_report.ReportRequest(runs, path, force=False))
        found[name] = Page(path)
    return found


@pytest.mark.parametrize("name", ["one", "all"])
def test_a_page_is_well_formed_and_every_link_leads_to_a_place_on_it(
    pages: dict[str, Page], name: str
) -> None:
    page = pages[name]
    assert page.problems == []
    assert len(page.ids) == len(set(page.ids))
    outside = [link for link in page.links if not link.startswith("data:image/png;base64,")]
    assert {link.removeprefix("#") for link in outside} <= set(page.ids)


@pytest.mark.parametrize("name", ["one", "all"])
def test_a_page_runs_no_script_and_fetches_nothing(pages: dict[str, Page], name: str) -> None:
    page = pages[name]
    assert not {"script", "iframe", "object", "embed", "link", "form", "base"} & set(page.tags)
    assert "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline';" in page.markup
    assert not re.search(r"url\((?!#)|@import|https?:", re.sub(r">[^<]*<", "><", page.markup))


def test_a_page_tells_all_that_is_known_of_a_run(pages: dict[str, Page], adrs: Adrs, store: Path) -> None:
    shown = adrs("show", "done", "--json", "--db", store).json
    told = pages["one"].told
    champion = shown["champion"]
    for what in (
        f"SHA-256 {champion['id']}",
        f"validation{champion['validation']:.4f}",
        shown["archive"]["digest"],
        "stopped: its evaluations are spent",
        shown["machine"]["kernel"],
        "30 of 30 evaluations",
        "paired bootstrap by blocks, 10,000 resamples or more",
        "adrs verify done",
        "adrs replay done.adrs.zip",
        "@software{adrs,",
    ):
        assert what in told
    for row in shown["standings"]:
        assert f"{row['score']:.4f}" in told
    assert pages["one"].tags.count("svg") == 5


def test_a_page_on_a_verified_run_tells_what_was_found(pages: dict[str, Page]) -> None:
    told = pages["all"].told
    assert "verified: ahead of weighted on holdout, each with a 95 % interval above 0" in told
    assert "holdoutweighted100.9000+0.2000 [+0.1000, +0.3000]" in told
    assert "rush was left out; so was dusk" in told
    assert "7+x = '<b>'of use+1 -10.8000+0.1000 [+0.0500, +0.2000]" in told
    assert "+0.1000 [+0.0500, +0.2000] over weighted" in told
    assert told.index("champion10.70000.80002 ms") < told.index("weighted10.50000.60001 ms")
    assert "version 2 of the problem: all 0 candidates came out alike" in told
    assert "step 4odd" in told
    assert "On step 4, Ann, 2004-11-09 11:33 UTC:why <i>?" in told
    assert "$0.50 and 10 tokens, of which $0.50 for calls that may not have been billed" in told


def test_runs_stand_side_by_side_before_each_is_told(pages: dict[str, Page]) -> None:
    page = pages["all"]
    line = r"cut<b>toy-order, generated, offline, seed 7killedno\d+0\.\d{4}-[+-]0\.\d{4} \[.*?\]-"
    assert re.search(line, page.told)
    assert "not comparable: another problem or workload" in page.told
    assert page.told.index("Side by side") < page.told.index("Run looked-at")
    assert "Champions of looked-at, cut<b> over evaluations." in page.told
    assert "not drawn" not in page.told


def test_a_run_that_was_cut_short_says_so_and_one_without_a_measurement_has_no_figures(
    pages: dict[str, Page],
) -> None:
    told = pages["all"].told
    assert "Run 'cut<b>' was cut short (killed), and is drawn up to" in told
    assert "adrs resume 'cut<b>'" in told
    empty = told.rpartition("Run empty")[2]
    assert "There is no champion: no candidate got through validation without a fault." in empty
    assert "Nothing was measured, so there is nothing to draw." in empty
    assert "No step has ended yet." in empty


def test_the_same_log_gives_the_same_page(
    pages: dict[str, Page], adrs: Adrs, store: Path, tmp_path: Path
) -> None:
    again = written(adrs, tmp_path / "again.html", "done", "done", "--db", store)
    assert again.markup == pages["one"].markup


def test_what_a_candidate_holds_is_shown_as_text_and_cut(adrs: Adrs, tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text(HOSTILE + "#" * 70_000)
    db = tmp_path / "runs.db"
    words = ["--max-evals", 4, "--workers", 1, "--seed-policy", "evil.py", "--name", "a&b", "--db", db]
    assert adrs("run", "toy-order", *words).code == 0
    page = written(adrs, tmp_path / "page.html", "a&b", "--db", db)
    assert page.problems == []
    assert not {"script", "img"} & set(page.tags)
    assert rf"# {EVIL} \x1b[2J \u202e" in page.told
    assert "The first 60,000 of 70," in page.told
    assert f"What it printed on {EVIL}"[:16] in page.told
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", page.markup)
    assert len(page.markup) < 400_000


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("gone",), "has no run 'gone'"),
        (("don",), "has no run 'don'; it has done"),
        (("holdout",), "the name 'holdout' is reserved"),
        (("done", "--out", "report.pdf"), "expected a file that ends in .html or .htm, but got 'report.pdf'"),
        (("done", "--out", "no/such/folder.html"), "no/such/folder.html cannot be written: No such file"),
    ],
)
def test_what_cannot_be_written_is_said_and_leaves_no_file(
    adrs: Adrs, store: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    ended = adrs("report", *words, "--db", store)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_page_is_replaced_by_force_alone(adrs: Adrs, store: Path, tmp_path: Path) -> None:
    out = tmp_path / "empty-report.html"  # the name where none is given
    out.write_text("mine")
    refused = adrs("report", "empty", "--db", store)
    assert (refused.code, out.read_text()) == (2, "mine")
    assert "exists and was not touched; choose another file, or add --force" in refused.err
    assert adrs("report", "empty", "--force", "--db", store).code == 0
    assert out.read_text().startswith("<!DOCTYPE html>")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [out.name]


def test_a_page_that_would_be_too_large_is_not_written(
    adrs: Adrs, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html_report, "MOST_BYTES", 1_000)
    ended = adrs("report", "empty", "--out", tmp_path / "page.html", "--db", store)
    assert (ended.code, (tmp_path / "page.html").exists()) == (2, False)
    assert "and one has at most 0.001 MB; name fewer runs" in ended.err


def test_without_the_package_that_draws_it_is_named(
    adrs: Adrs, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        html_report, "find_spec", lambda name: None if name == "matplotlib" else SimpleNamespace()
    )
    ended = adrs("report", "done", "--db", store)
    assert (ended.code, ended.out) == (6, "")
    assert "python -m pip install 'adrs[figures]'" in ended.err
