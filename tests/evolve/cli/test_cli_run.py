import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.evolve.cli.conftest import COMMAND, Adrs, Ended


def interrupted(db: Path, *words: str, signals: list[signal.Signals]) -> Ended:
    """Starts a run and signals it as soon as it has committed something."""
    command = [*COMMAND, "run", "toy-order", "--name", "it", "--db", str(db), *words]
    # A run under nohup ignores hang-ups, so the tests must not hand that setting on when they are run so.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGHUP, before)
    with process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "evaluated" in line:
                break
        for number in signals:
            process.send_signal(number)
        out, err = process.communicate(timeout=60)
    return Ended(process.returncode, said + out, err)


def test_a_run_ends_with_a_table_and_an_honest_sentence(adrs: Adrs) -> None:
    ended = adrs("run", "toy-order", "--max-evals", 4, "--workers", 1, "--name", "short")
    assert ended.code == 0
    assert "short: toy-order, generated, seed 0, 1 worker, sandbox" in ended.out
    assert "champion's lead, 95% interval" in ended.out
    assert "its evaluations are spent" in ended.out
    assert "The champion is the baseline shortest itself" in ended.out
    assert "adrs best short" in ended.out
    taken = adrs("run", "toy-order", "--name", "short")
    assert taken.code == 2
    assert "adrs resume short" in taken.err


def test_an_interrupted_run_resumes_to_the_end_it_would_have_had(adrs: Adrs, tmp_path: Path) -> None:
    budget = ["--max-evals", "24", "--seed", "3"]
    db = tmp_path / "adrs.db"
    stopped = interrupted(db, *budget, signals=[signal.SIGINT])
    assert stopped.code == 130
    assert "adrs resume it" in stopped.out
    assert "stopping at the next commit" in stopped.err
    half = adrs("show", "it", "--json", "--db", db).json
    assert half["reason"] == "interrupted"
    assert half["evaluated"] < 24
    assert adrs("resume", "it", "--db", db).code == 0
    assert adrs("run", "toy-order", *budget, "--name", "whole", "--workers", 1, "--db", db).code == 0
    resumed, whole = (adrs("show", name, "--json", "--db", db).json for name in ("it", "whole"))
    assert resumed["evaluated"] == whole["evaluated"] == 24
    assert resumed["archive"] == whole["archive"]
    assert resumed["champion"] == whole["champion"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_stop_a_run_as_cleanly(tmp_path: Path, toy: Path, number: signal.Signals) -> None:
    stopped = interrupted(tmp_path / "adrs.db", "--max-evals", "100", signals=[number])
    assert stopped.code == 130
    assert "it was interrupted" in stopped.out


@pytest.mark.slow
def test_a_second_signal_stops_at_once_and_nothing_is_lost(adrs: Adrs, tmp_path: Path) -> None:
    db = tmp_path / "adrs.db"
    stopped = interrupted(db, "--max-evals", "100", signals=[signal.SIGINT, signal.SIGTERM])
    assert stopped.code == 130
    assert "stopped at once" in stopped.err
    assert "adrs resume it" in stopped.err
    before = adrs("runs", "--json", "--db", db).json["runs"][0]
    assert before["status"] == "killed"
    assert before["evaluated"] < 100
    assert adrs("resume", "it", "--db", db).code == 0
    assert adrs("runs", "--json", "--db", db).json["runs"][0]["evaluated"] == 100


@pytest.mark.usefixtures("strange")
def test_a_score_beyond_the_bound_ends_with_a_code_of_its_own(adrs: Adrs) -> None:
    ended = adrs("run", "toy-hole", "--max-evals", 6, "--workers", 1)
    assert ended.code == 7
    assert "passed its bound" in ended.out


@pytest.mark.usefixtures("strange")
def test_a_run_without_a_valid_candidate_ends_with_code_1(adrs: Adrs) -> None:
    ended = adrs("run", "toy-dead", "--max-evals", 6, "--workers", 1, "--name", "dead")
    assert ended.code == 1
    assert "no seed was without fault" in ended.out
    best = adrs("best", "dead")
    assert best.code == 1
    assert "no champion" in best.err


def test_seed_policies_come_first(adrs: Adrs, tmp_path: Path) -> None:
    source = "def solve(task):\n    return tuple(range(len(task.jobs)))[::-1]\n"
    (tmp_path / "mine.py").write_text(source)
    words = ["--seed-policy", "mine.py", "--max-evals", 4, "--workers", 1, "--name", "own"]
    assert adrs("run", "toy-order", *words).code == 0
    assert adrs("show", "own", "0", "--json").json["source"] == source
    assert adrs("show", "own", "--json").json["spec"]["seeds"][0] == "file:mine.py"


def test_a_seed_policy_that_is_no_text_is_refused(adrs: Adrs, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_bytes(b"\xff")
    ended = adrs("run", "toy-order", "--seed-policy", "mine.py")
    assert ended.code == 1
    assert "source_not_utf8" in ended.err


@pytest.mark.slow
def test_another_sandbox_mode_needs_a_fork(adrs: Adrs) -> None:
    assert adrs("run", "toy-order", "--max-evals", 4, "--name", "it", "--sandbox", "strong").code == 0
    refused = adrs("resume", "it", "--sandbox", "weak", "--max-evals", 5)
    assert refused.code == 2
    assert "--fork" in refused.err
    assert adrs("resume", "it", "--sandbox", "weak", "--max-evals", 5, "--fork").code == 0
    fork = adrs("show", "it-fork", "--json").json
    assert (fork["evaluated"], fork["spec"]["sandbox"]) == (5, "weak")
    assert adrs("show", "it", "--json").json["evaluated"] == 4


@pytest.mark.slow
def test_a_run_names_itself_by_problem_and_time(adrs: Adrs) -> None:
    assert adrs("run", "toy-gate", "--max-evals", 3).code == 0
    (run,) = adrs("runs", "--json").json["runs"]
    assert run["name"].startswith("toy-gate-20")


@pytest.mark.slow
def test_a_terminal_gets_a_live_picture(tmp_path: Path, toy: Path) -> None:
    parent, child = os.openpty()
    words = [*COMMAND, "run", "toy-order", "--max-evals", "10", "--db", str(tmp_path / "adrs.db")]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(words, stdout=child, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(child)
        seen = b""
        while True:
            try:
                seen += os.read(parent, 65536)
            except OSError:  # the other end is closed
                break
    os.close(parent)
    assert process.returncode == 0
    assert b"to beat" in seen
    assert b"baseline shortest" in seen
    assert b"The champion" in seen
