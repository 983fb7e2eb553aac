"""`adrs workload`, and `--workload FILE.csv` where policies are measured."""

import os
from pathlib import Path

import pytest

from evolve.cli.exits import Exit
from tests.evolve.cli.conftest import Adrs

PROBLEMS = ("spot", "spot_multi", "txn", "prism", "eplb", "llm_sql", "cloudcast")


@pytest.fixture
def own(adrs: Adrs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file for prism, as `--sample` prints it."""
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "own.csv"
    path.write_text(adrs("workload", "prism", "--sample").out, encoding="utf-8")
    return path


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_schema_names_every_column_with_its_unit(adrs: Adrs, problem: str) -> None:
    found = adrs("workload", problem, "--schema", "--json").json
    shown = adrs("workload", problem).out
    assert found["about"]
    assert all(column["name"] in shown and column["unit"] in shown for column in found["columns"])


def test_a_description_tells_rows_spans_and_skew(adrs: Adrs, own: Path) -> None:
    found = adrs("workload", "prism", "--describe", own, "--json").json
    assert found["rows"] == len(own.read_text().splitlines()) - 1
    assert found["columns"]["size_gb"] == {"least": 2, "median": 16.0, "most": 55, "unit": "GB"}
    assert found["columns"]["fleet"]["distinct"] == found["blocks"] == 10
    assert found["columns"]["fleet"]["share"] == pytest.approx(30 / found["rows"])
    assert found["splits"]["search"] == {"blocks": 5, "cases": 5}
    shown = adrs("workload", "prism", "--describe", own).out
    assert "2 to 55 GB, median 16" in shown


def test_a_policy_is_measured_on_a_file(adrs: Adrs, own: Path) -> None:
    ended = adrs("eval", "prism", "--baseline", "best", "--workload", "own.csv", "--json")
    assert ended.code == Exit.DONE
    assert ended.json["workload"].startswith(f"{own}#")
    assert 0.9 < ended.json["score"] <= 1.0
    assert "own.csv: 154 rows, 10 fleets (smoke 1, search 5, validation 3, holdout 1)" in ended.err


def test_a_run_searches_a_file_resumes_on_it_and_refuses_another_content(adrs: Adrs, own: Path) -> None:
    words = ("--workload", own, "--max-evals", "6", "--name", "own", "--workers", "1")
    ended = adrs("run", "prism", *words)
    assert ended.code == Exit.DONE, ended.err
    assert "own.csv (" in adrs("runs").out
    text = own.read_text()
    own.write_text(text.replace(",5,", ",6,"))
    refused = adrs("resume", "own", "--max-evals", "8")
    assert refused.code == Exit.USAGE
    assert "holds another content" in refused.err
    assert adrs("show", "own", "--json").json["evaluated"] == 6
    own.write_text(text)
    assert adrs("resume", "own", "--max-evals", "8").code == Exit.DONE
    assert adrs("show", "own", "--json").json["evaluated"] == 8


def test_a_file_of_few_blocks_is_measured_but_not_searched(adrs: Adrs, own: Path) -> None:
    lines = own.read_text().splitlines(keepends=True)
    own.write_text(
        "".join(line for line in lines if not line.startswith(("skewed", "tight", "large", "zoo")))
    )
    assert adrs("eval", "prism", "--baseline", "best", "--workload", own).code == Exit.DONE
    refused = adrs("run", "prism", "--workload", own, "--max-evals", "5", "--name", "short")
    assert refused.code == Exit.USAGE
    assert "holds 2 fleets, and a split smoke, search needs 4 at least" in refused.err
    assert "short" not in adrs("runs").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("workload", "prism", "--sample", "--schema"), "expected one of --schema, --sample and --describe"),
        (("workload", "prism", "--sample", "--json"), "a sample is a CSV file; leave --json out"),
        (("workload", "kernel_choice"), "problem 'kernel_choice' reads no files"),
        (("workload", "prism", "--describe", "none.csv"), "none.csv; name an existing workload file"),
        (("workload", "prism", "--describe", "own.xlsx"), "expected a file *.csv or *.csv.gz"),
        (("eval", "prism", "--baseline", "best", "--workload", "none.csv"), "there is no file"),
        (("eval", "prism", "--baseline", "best", "--workload", "nonsense"), "and files *.csv"),
        (
            ("eval", "prism", "--baseline", "best", "--workload", "own.csv", "--split", "published"),
            "has no split",
        ),
        (("run", "prism", "--workload", "none.csv"), "there is no file"),
        (("tune", "prism", "--baseline", "best", "--workload", "none.csv"), "there is no file"),
    ],
)
def test_misuse_is_named(adrs: Adrs, own: Path, words: tuple[str, ...], message: str) -> None:
    ended = adrs(*words)
    assert ended.code == Exit.USAGE
    assert message in ended.err
    assert own.exists()


def test_an_unreadable_file_is_named(adrs: Adrs, own: Path) -> None:
    if os.geteuid() == 0:
        own.unlink()
        own.mkdir()
    else:
        own.chmod(0)
    ended = adrs("workload", "prism", "--describe", own)
    assert ended.code == Exit.USAGE
    assert "cannot be read" in ended.err
