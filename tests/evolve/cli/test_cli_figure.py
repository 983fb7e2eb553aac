import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import pytest

from evolve.cli import figure
from evolve.runs.events import RESCORED, RESUMED, RUN_STARTED, Draft
from evolve.runs.store import Store
from tests.evolve.cli.conftest import Adrs

KINDS = ["progress", "scores", "gap", "archive"]


@pytest.fixture(scope="module")
def store(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run `done`, and what others would be that were asked something else, or got less far."""
    db = tmp_path_factory.mktemp("figures") / "runs.db"
    shutil.copy(finished, db)
    lost = Draft(RESUMED, None, {"budgets": {}, "machine": {}, "doubts": [[3, 0.5, 10]]})
    with Store.open(db) as opened:
        started = next(opened.events("done", kinds=(RUN_STARTED,))).body

        def like(name: str, *more: Draft, upto: int | None = None, **asked: object) -> None:
            first = Draft(RUN_STARTED, None, {**started, "spec": {**started["spec"], **asked}})
            opened.copy("done", name, [first, *more], upto, at=0.0)

        like("one", seed=1, workers=1)
        like("two", seed=2, upto=100)
        like("narrow", window=2)
        for name, seed in (("mine", 3), ("mine-too", 4)):
            first = {**started, "spec": {**started["spec"], "seed": seed}, "sources": {"mine.py": "# mine"}}
            opened.copy("done", name, [Draft(RUN_STARTED, None, first)], at=0.0)
        like("gated", problem="toy-gate")
        like("a$b^{c", upto=100)
        like("empty", upto=0)
        for window in range(11, 18):
            like(f"window-{window}", window=window, upto=60)
        like("paid", lost)
        like("mended", Draft(RESCORED, None, {}))
    return db


@pytest.mark.parametrize(("kind", "suffix"), [*zip(KINDS, ["pdf", "svg", "png", "pdf"], strict=True)])
def test_a_figure_is_written_and_its_caption_is_printed(
    adrs: Adrs, finished: Path, tmp_path: Path, kind: str, suffix: str
) -> None:
    out = tmp_path / f"figure.{suffix}"
    ended = adrs("figure", "done", "--kind", kind, "--out", out, "--db", finished)
    assert (ended.code, ended.err) == (0, f"adrs: wrote {out}\n")
    assert out.read_bytes()[:5] in {b"%PDF-", b"<?xml", b"\x89PNG\r"}
    digest = adrs("show", "done", "--json", "--db", finished).json["archive"]["digest"]
    assert f"done (seed 0, offline proposer, 30 evaluations, archive {digest[:12]})" in ended.out
    assert re.search(r"adrs \d+\.\d+", ended.out)


@pytest.mark.parametrize("suffix", ["pdf", "svg", "png"])
def test_the_same_numbers_give_the_same_bytes_whatever_the_users_style(
    adrs: Adrs, finished: Path, tmp_path: Path, suffix: str
) -> None:
    first, again = tmp_path / f"first.{suffix}", tmp_path / f"again.{suffix}"
    assert adrs("figure", "done", "--out", first, "--db", finished).code == 0
    with mpl.rc_context({"font.size": 20.0, "pdf.fonttype": 3, "axes.facecolor": "red"}):
        assert adrs("figure", "done", "--out", again, "--db", finished).code == 0
    assert first.read_bytes() == again.read_bytes()
    assert not re.search(rb"CreationDate|<dc:date>", first.read_bytes())


@pytest.mark.parametrize("kind", KINDS)
def test_text_stays_text_of_seven_points_at_least(
    adrs: Adrs, finished: Path, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / "figure.svg"
    assert adrs("figure", "done", "--kind", kind, "--out", out, "--db", finished).code == 0
    drawn = out.read_text()
    sizes = [float(size) for size in re.findall(r"<text[^>]*font-size: ([\d.]+)px", drawn)]
    assert min(sizes) >= 7.0
    assert re.search(r">[^<]*(higher|lower) is better[^<]*</t", drawn)


def test_a_figure_is_as_wide_as_one_column_or_two(adrs: Adrs, finished: Path, tmp_path: Path) -> None:
    widths = []
    for options in ((), ("--wide",)):
        out = tmp_path / "figure.svg"
        assert adrs("figure", "done", *options, "--force", "--out", out, "--db", finished).code == 0
        widths += re.findall(r'<svg [^>]*width="([\d.]+)pt"', out.read_text())
    assert widths == [f"{3.33 * 72:.2f}", "504"]


def numbers(adrs: Adrs, db: Path, *words: object) -> dict[str, Any]:
    return adrs("figure", *words, "--json", "--db", db).json


def test_progress_ends_where_the_run_ended(adrs: Adrs, finished: Path) -> None:
    shown = adrs("show", "done", "--json", "--db", finished).json
    (line,) = numbers(adrs, finished, "done")["lines"]
    assert (line["label"], line["x"][-1]) == ("done", 30)
    assert line["median"][-1] == shown["champion"]["validation"]
    assert line["median"] == sorted(line["median"]) == line["low"] == line["high"]
    (line,) = numbers(adrs, finished, "done", "--split", "search")["lines"]
    assert line["median"][-1] == shown["best_search"]


def test_scores_are_those_that_the_run_ended_with(adrs: Adrs, finished: Path) -> None:
    standings = adrs("show", "done", "--json", "--db", finished).json["standings"]
    told = numbers(adrs, finished, "done", "--kind", "scores")
    (panel,) = told["panels"]
    assert told["split"] == "validation"
    assert [(p["score"], p["lead"]) for p in panel["policies"]] == [
        (s["score"], s["lead"]) for s in standings if s["split"] == "validation"
    ]
    assert "paired bootstrap over" in told["caption"]


def test_gaps_are_of_the_champion_and_of_every_seed(adrs: Adrs, finished: Path) -> None:
    shown = adrs("show", "done", "--json", "--db", finished).json
    (panel,) = numbers(adrs, finished, "done", "--kind", "gap")["panels"]
    assert [p["name"] for p in panel["policies"]] == ["champion", "idle", "shortest", "weighted"]
    gaps = panel["policies"][0]["gaps"]
    assert 1 - sum(gaps) / len(gaps) == pytest.approx(shown["champion"]["validation"])


def test_cells_are_those_of_the_archive(adrs: Adrs, finished: Path) -> None:
    shown = adrs("show", "done", "--json", "--db", finished).json
    (panel,) = numbers(adrs, finished, "done", "--kind", "archive")["panels"]
    assert [axis["metric"] for axis in panel["axes"]] == ["late", "first_s"]
    assert len(panel["cells"]) == shown["archive"]["cells"]
    assert max(cell["score"] for cell in panel["cells"]) == shown["best_search"]


def test_runs_that_differ_by_their_seed_are_one_line_and_others_are_not(adrs: Adrs, store: Path) -> None:
    told = numbers(adrs, store, "one", "narrow", "two", "one")
    pooled, alone = told["lines"]
    assert (pooled["runs"], pooled["seeds"]) == (["one", "two"], [1, 2])
    assert pooled["label"] == "window 8, median of 2 runs"
    assert (alone["label"], alone["x"][-1]) == ("narrow", 30)
    assert pooled["x"][-1] < 30
    assert "seeds 1, 2; band: the range of the 2 runs, since an interval of the median" in told["caption"]
    assert "up to where the shortest of them ends." in told["caption"]


def test_runs_that_began_with_other_policies_are_pooled_apart(adrs: Adrs, store: Path) -> None:
    lines = numbers(adrs, store, "one", "mine", "two", "mine-too")["lines"]
    assert [line["runs"] for line in lines] == [["one", "two"], ["mine", "mine-too"]]
    assert [line["label"] for line in lines] == [
        "one and others, median of 2 runs",
        "mine and others, median of 2 runs",
    ]


def test_runs_of_different_problems_do_not_share_a_figure(adrs: Adrs, store: Path) -> None:
    refused = adrs("figure", "one", "gated", "--db", store)
    assert (refused.code, refused.out) == (2, "")
    assert "runs 'one' and 'gated' cannot share a figure: another problem or workload" in refused.err


def test_a_run_that_was_cut_short_is_drawn_as_far_as_it_is_and_says_so(
    adrs: Adrs, store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "figure.svg"  # the name would be a formula, and a wrong one
    ended = adrs("figure", "a$b^{c", "--out", out, "--db", store)
    assert ended.code == 0
    assert re.search(r"run 'a\$b\^\{c' was cut short \(killed\), and is drawn up to \d+ of 30", ended.err)
    assert "Run 'a$b^{c' was cut short (killed), and is drawn up to" in ended.out
    assert ">a$b^{c<" in out.read_text()
    scores = adrs("figure", "a$b^{c", "--kind", "scores", "--out", tmp_path / "no.pdf", "--db", store)
    assert (scores.code, (tmp_path / "no.pdf").exists()) == (2, False)
    assert "compared nothing; a run compares its champion with the baselines when it ends" in scores.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--kind", "pie"), "expected a kind of figure, but got 'pie'; there are: "),
        (("--out", "figure.jpg"), "expected a suffix of a figure's file in 'figure.jpg', but got '.jpg'"),
        (("--kind", "archive", "--split", "search"), "--split has no meaning for a figure of kind archive"),
        (("--kind", "scores", "--over", "dollars"), "--over has no meaning for a figure of kind scores"),
        (("--kind", "scores", "--split", "published"), "choose a split where it did: validation"),
        (
            ("--split", "holdout"),
            "expected a split to tell, but got 'holdout'; there are: search, validation",
        ),
        (("--over", "dollars"), "run 'done' spent no dollars; draw it over evaluations"),
        (
            tuple(f"window-{window}" for window in range(11, 18)),
            "expected at most 7 lines, which can be told apart, but got 8; only runs that differ by",
        ),
        (("empty",), "run 'empty' (killed) has measured nothing, so there is nothing to draw"),
        (("gone",), "has no run 'gone'"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_leaves_no_file(
    adrs: Adrs, store: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    ended = adrs("figure", "done", *words, "--db", store)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert list(tmp_path.glob("*.*")) == []


def test_a_file_is_replaced_by_force_alone(adrs: Adrs, finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "done-progress.pdf"  # the name where none is given
    out.write_text("mine")
    refused = adrs("figure", "done", "--db", finished)
    assert (refused.code, out.read_text()) == (2, "mine")
    assert "exists and was not touched; choose another file, or add --force" in refused.err
    assert adrs("figure", "done", "--force", "--db", finished).code == 0
    assert out.read_bytes().startswith(b"%PDF")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [out.name]


def test_without_the_package_that_draws_there_are_still_the_numbers(
    adrs: Adrs, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figure, "find_spec", lambda name: None if name == "matplotlib" else SimpleNamespace())
    ended = adrs("figure", "done", "--db", finished)
    assert (ended.code, ended.out) == (6, "")
    assert "python -m pip install 'adrs[figures]', or take the numbers with --json" in ended.err
    assert numbers(adrs, finished, "done")["kind"] == "progress"


def test_a_run_that_was_measured_anew_says_that_this_is_not_drawn(adrs: Adrs, store: Path) -> None:
    ended = adrs("figure", "mended", "--json", "--db", store)
    assert "run 'mended' was measured anew since, and is drawn as it was measured first\n" in ended.err
    assert "Run 'mended' was measured anew since" in ended.json["caption"]


def test_a_run_whose_scores_passed_their_bound_says_that_they_are_not_to_be_believed(
    adrs: Adrs, strange: None, tmp_path: Path
) -> None:
    db = tmp_path / "runs.db"
    adrs("run", "toy-hole", "--max-evals", 3, "--workers", 1, "--name", "hole", "--db", db)
    told = adrs("figure", "hole", "--json", "--split", "search", "--db", db)
    assert "a score of run 'hole' passed its bound, which is wrong: none is" in told.err


def test_progress_over_dollars_counts_calls_that_were_lost(adrs: Adrs, store: Path) -> None:
    (line,) = numbers(adrs, store, "paid", "--over", "dollars")["lines"]
    assert line["x"][-1] == 0.5
