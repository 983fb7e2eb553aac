import csv
import io
from pathlib import Path

import pytest

from tests.evolve.cli.conftest import Adrs


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_csv_table_has_every_figure_of_the_runs_end(adrs: Adrs, finished: Path) -> None:
    rows = rows_of(adrs("table", "done", "--form", "csv", "--db", finished).out)
    standings = adrs("show", "done", "--db", finished, "--json").json["standings"]
    assert [float(row["score"]) for row in rows] == [s["score"] for s in standings]
    assert [row["policy"] == "champion" for row in rows] == [s["lead"] is None for s in standings]
    beaten = next(row for row in rows if row["policy"] != "champion")
    lead = next(s["lead"] for s in standings if s["name"] == beaten["policy"])
    assert (float(beaten["lead"]), int(beaten["blocks"])) == (lead["difference"], lead["blocks"])
    assert {row["sandbox"] for row in rows} <= {"full", "strong"}


def test_a_markdown_table_says_what_its_figures_are(adrs: Adrs, finished: Path) -> None:
    head, line, *body = adrs("table", "done", "--split", "validation", "--db", finished).out.splitlines()
    assert head == "| policy | score | champion's lead | 95 % interval |"
    assert line == "| --- | --- | --- | --- |"
    assert sum(row.startswith("| champion | 0.") for row in body) == 1
    assert "done: toy-order, generated workload, offline proposer, seed 0, at most 30 evaluations" in body[-2]
    assert body[-1].startswith("Intervals of the champion's lead: paired bootstrap over ")


def test_a_latex_table_escapes_what_latex_would_take_for_its_own(
    adrs: Adrs, finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "table.tex"
    ended = adrs("table", "done", "--form", "latex", "--split", "validation", "--out", out, "--db", finished)
    text = out.read_text()
    assert (ended.code, ended.out) == (0, "")
    assert text.startswith("% needs \\usepackage{booktabs}\n% Strict scores")
    assert (
        "\\begin{tabular}{lrrl}\n\\toprule\npolicy & score & champion's lead & 95 \\% interval \\\\\n" in text
    )
    assert text.endswith("\\bottomrule\n\\end{tabular}\n")
    again = adrs("table", "done", "--form", "latex", "--out", out, "--db", finished)
    assert (again.code, "exists and was not touched" in again.err) == (2, True)


def test_several_runs_stand_in_one_table(adrs: Adrs, finished: Path, tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    db.write_bytes(finished.read_bytes())
    options = ("--max-evals", 4, "--workers", 1, "--seed", 9, "--name", "other", "--db", db)
    assert adrs("run", "toy-order", *options).code == 0
    found = adrs("table", "done", "other", "done", "--split", "validation", "--db", db).out
    assert found.startswith("| run | policy | score |")
    assert [line.split("|")[1].strip() for line in found.splitlines() if "champion |" in line] == [
        "done",
        "other",
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--form", "html"), "expected a form of a table, but got 'html'; there are: "),
        (("--split", "search"), "expected a split to tell, but got 'search'; there are: "),
    ],
)
def test_what_cannot_be_told_is_said(adrs: Adrs, finished: Path, options: tuple[str, ...], told: str) -> None:
    ended = adrs("table", "done", "--db", finished, *options)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err


def test_a_run_that_compared_nothing_is_told_to_end(adrs: Adrs, strange: None, tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    adrs("run", "toy-dead", "--max-evals", 2, "--workers", 1, "--name", "dead", "--db", db)
    ended = adrs("table", "dead", "--db", db)
    assert ended.code == 2
    assert "nothing was compared in dead; a run compares its champion" in ended.err
