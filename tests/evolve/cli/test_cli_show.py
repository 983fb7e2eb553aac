import json
import subprocess
from pathlib import Path

import pytest

from tests.evolve.cli.conftest import COMMAND, Adrs


def test_runs_lists_a_run_with_its_end_and_its_champion(adrs: Adrs, finished: Path) -> None:
    (run,) = adrs("runs", "--json", "--db", finished).json["runs"]
    assert run["name"] == "done"
    assert (run["status"], run["reason"]) == ("stopped", "max_evals")
    assert (run["evaluated"], run["max_evals"]) == (30, 30)
    assert 0.8 < run["score"] <= 1.0
    assert "  stopped  " in adrs("runs", "--db", finished).out


def test_a_run_tells_what_it_was_asked_and_what_it_found(adrs: Adrs, finished: Path) -> None:
    found = adrs("show", "done", "--json", "--db", finished).json
    assert found["spec"]["problem"] == "toy-order"
    assert found["spec"]["seeds"] == ["idle", "shortest", "weighted"]
    assert found["evaluated"] == 30
    assert found["operators"]["seed"]["proposed"] == 3
    assert sum(t["evaluated"] for t in found["operators"].values()) == 30
    assert {s["name"] for s in found["standings"]} == {"champion", "idle", "shortest", "weighted"}
    assert found["archive"]["elites"] >= found["archive"]["cells"] > 0


def test_the_page_of_a_run_has_its_operators_and_its_standings(adrs: Adrs, finished: Path) -> None:
    out = adrs("show", "done", "--db", finished).out
    assert "30 of 30" in out
    assert "kept %" in out
    assert "champion's lead, 95% interval" in out


def test_a_candidate_is_found_by_step_and_by_the_start_of_its_id(adrs: Adrs, finished: Path) -> None:
    found = adrs("show", "done", "1", "--json", "--db", finished).json
    assert (found["step"], found["operator"], found["parents"]) == (1, "seed", [])
    assert '"""Short jobs first."""' in found["source"]
    assert len(found["evaluations"]["search"]["measurements"]) == 6
    assert found["challenge"]["promoted"] is True
    assert "search" in found["feedback"]
    again = adrs("show", "done", found["id"][:10], "--json", "--db", finished).json
    assert again == found


def test_an_edited_candidate_names_its_parents_and_is_held_against_them(adrs: Adrs, finished: Path) -> None:
    run = adrs("show", "done", "--json", "--db", finished).json
    assert run["champion"]["operator"] != "seed"
    found = adrs("show", "done", run["champion"]["step"], "--json", "--db", finished).json
    assert found["id"] == run["champion"]["id"]
    assert all(parent["step"] < found["step"] for parent in found["parents"])
    assert "reference" in found["feedback"]
    out = adrs("show", "done", run["champion"]["step"], "--db", finished).out
    assert found["id"][:12] in out
    assert found["source"].splitlines()[0] in out


def test_a_source_in_a_pipe_keeps_its_lines(
    adrs: Adrs, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = adrs("show", "done", 1, "--json", "--db", finished).json["source"]
    monkeypatch.setenv("COLUMNS", "20")
    assert adrs("show", "done", 1, "--db", finished).out.endswith(f"\n{source.strip()}\n")


@pytest.mark.parametrize("wanted", ["999", "zzz", ""])
def test_an_unknown_candidate_is_said_to_be_none(adrs: Adrs, finished: Path, wanted: str) -> None:
    ended = adrs("show", "done", wanted, "--db", finished)
    assert ended.code == 2
    assert "first digits" in ended.err


@pytest.mark.parametrize("verb", ["show", "best", "resume"])
def test_an_unknown_run_is_answered_with_those_there_are(adrs: Adrs, finished: Path, verb: str) -> None:
    ended = adrs(verb, "dome", "--db", finished)
    assert ended.code == 2
    assert "done" in ended.err
    assert ended.err.count("\n") == 1


def test_the_best_is_printed_byte_for_byte(adrs: Adrs, finished: Path) -> None:
    run = adrs("show", "done", "--json", "--db", finished).json
    champion = adrs("show", "done", run["champion"]["step"], "--json", "--db", finished).json
    words = [*COMMAND, "best", "done", "--db", str(finished)]
    assert subprocess.run(words, capture_output=True, check=True).stdout == champion["source"].encode()


def test_a_file_is_overwritten_only_by_force(adrs: Adrs, finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "best.py"
    out.write_text("mine")
    refused = adrs("best", "done", "--out", out, "--db", finished)
    assert refused.code == 2
    assert "--force" in refused.err
    assert out.read_text() == "mine"
    assert adrs("best", "done", "--out", out, "--force", "--db", finished).code == 0
    assert "def solve" in out.read_text()
    evaluated = adrs("eval", "toy-order", out, "--workers", 1, "--json").json
    score = adrs("runs", "--json", "--db", finished).json["runs"][0]["score"]
    assert evaluated["score"] == score


def test_a_reader_that_goes_away_is_no_error(finished: Path) -> None:
    words = [*COMMAND, "problems", "show", "txn"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_json_has_one_object_a_line(adrs: Adrs, finished: Path) -> None:
    for words in (["runs"], ["show", "done"], ["show", "done", "0"]):
        assert isinstance(json.loads(adrs(*words, "--json", "--db", finished).out), dict)
