from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from evaluators.pool import WorkerBroken
from evolve.cli.exits import Exit, Misuse, exit_code_of
from evolve.runs.errors import DiskFull, StoreError
from evolve.runs.session import RunChanged
from evolve.runs.setting import NotInWorkload
from problems.datasets import DataMissing
from problems.registry import BrokenProblem, UnknownProblem
from sandbox import SandboxUnavailable
from tests.evolve.cli.conftest import Adrs


def raising(error: BaseException) -> Callable[[], NoReturn]:
    def command() -> NoReturn:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Misuse("m"), Exit.USAGE),
        (DiskFull(Path("x")), Exit.USAGE),
        (RunChanged("m"), Exit.USAGE),
        (NotInWorkload("m"), Exit.USAGE),
        (UnknownProblem("m"), Exit.USAGE),
        (BrokenProblem("m"), Exit.USAGE),
        (DataMissing("m"), Exit.DATA),
        (SandboxUnavailable("m"), Exit.SANDBOX),
    ],
)
def test_what_a_user_can_mend_is_one_line_and_a_code_of_its_own(
    error: Exception, code: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code_of(raising(error)) == code
    assert capsys.readouterr().err == f"adrs: {error}\n"


def test_a_defect_of_ours_shows_where_it_is_and_that_nothing_is_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code_of(raising(WorkerBroken("worker 7 ended"))) == 1
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "defect of ours" in err
    assert "adrs resume" in err


def test_every_store_error_is_one_a_user_can_mend() -> None:
    assert issubclass(DiskFull, StoreError)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["eval", "toy-ordr", "--baseline", "idle"], 2, "toy-order"),
        (["eval", "toy-order"], 2, "either a file or --baseline"),
        (["eval", "toy-order", "a.py", "--baseline", "idle"], 2, "either a file or --baseline"),
        (["eval", "toy-order", "--baseline", "short"], 2, "shortest, weighted, idle"),
        (["eval", "toy-order", "--baseline", "idle", "--split", "valid"], 2, "validation"),
        (["eval", "toy-order", "--baseline", "idle", "--sandbox", "fulll"], 2, "full"),
        (["eval", "toy-order", "--baseline", "idle", "--form", "x"], 2, "interface"),
        (["eval", "toy-order", "--baseline", "idle", "--workload", "x"], 2, "generated, real"),
        (
            ["eval", "toy-order", "--baseline", "idle", "--workload", "real", "--split", "holdout"],
            2,
            "published",
        ),
        (["eval", "toy-order", "none.py"], 2, "none.py"),
        (["eval", "toy-order", "."], 2, "directory"),
        (["eval", "toy-order", "--baseline", "idle", "--workload", "real"], 4, "toy/orders.csv"),
        (["run", "toy-order", "--workload", "real"], 4, "ADRS_DATA"),
        (["run", "toy-order", "--workers", "9"], 2, "window of 8"),
        (["run", "toy-order", "--max-minutes", "0"], 2, "--max-minutes"),
        (["run", "toy-order", "--name", "holdout"], 2, "reserved"),
        (["run", "toy-order", "--seed-policy", "none.py"], 2, "none.py"),
        (["run", "toy-order", "--db", "."], 2, "directory"),
        (["runs"], 2, "adrs.db"),
        (["show", "x"], 2, "adrs.db"),
        (["doctor", "--sandbox", "x"], 2, "strong"),
    ],
)
def test_a_wrong_word_is_answered_in_one_line(adrs: Adrs, words: list[str], code: int, said: str) -> None:
    ended = adrs(*words)
    assert ended.code == code
    assert said in ended.err
    assert ended.err.startswith("adrs: ")
    assert ended.err.count("\n") == 1
    assert ended.out == ""


def test_a_form_that_a_problem_lacks_is_refused(adrs: Adrs, tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text("")
    ended = adrs("eval", "toy-gate", "p.py", "--form", "published")
    assert ended.code == 2
    assert "no published form" in ended.err


def test_a_store_that_is_none_is_left_alone(adrs: Adrs, tmp_path: Path) -> None:
    path = tmp_path / "adrs.db"
    path.write_text("dear diary")
    ended = adrs("runs", "--db", path)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert path.read_text() == "dear diary"
