from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from evaluators.pool import WorkerBroken
from evolve.cli.exits import Exit, ExtraMissing, Misuse, exit_code_of
from evolve.runs.errors import DiskFull, StoreError
from evolve.runs.session import RunChanged
from problems.base import PublishedForm
from problems.datasets import DataMissing
from problems.registry import BrokenProblem, UnknownProblem, get
from problems.workloads import NotInWorkload
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
        (ExtraMissing("m"), Exit.EXTRA),
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


def test_a_form_whose_packages_are_missing_says_how_to_install_them(
    adrs: Adrs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = get("toy-order")
    form = PublishedForm(str, ("json", "no_such_package"))
    monkeypatch.setattr("evolve.runs.setting.get", lambda _: replace(order, published_form=form))
    (tmp_path / "p.py").write_text("")
    ended = adrs("eval", "toy-order", "p.py", "--form", "published")
    assert ended.code == Exit.EXTRA
    assert "need no_such_package, which is not installed" in ended.err
    assert "pip install no_such_package" in ended.err


def test_a_store_that_is_none_is_left_alone(adrs: Adrs, tmp_path: Path) -> None:
    path = tmp_path / "adrs.db"
    path.write_text("dear diary")
    ended = adrs("runs", "--db", path)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert path.read_text() == "dear diary"


@pytest.mark.parametrize(
    "option",
    [("--max-minutes", "nan"), ("--max-minutes", "inf"), ("--seed", "9" * 30), ("--max-evals", "9" * 30)],
)
def test_a_number_without_end_is_refused_by_name(adrs: Adrs, tmp_path: Path, option: tuple[str, str]) -> None:
    ended = adrs("run", "toy-order", *option, "--db", tmp_path / "adrs.db")
    assert ended.code == Exit.USAGE
    assert option[0] in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("name", ["-x", "a b", "a/b"])
def test_a_run_name_that_could_not_stand_in_a_command_is_refused(
    adrs: Adrs, tmp_path: Path, name: str
) -> None:
    ended = adrs("run", "toy-order", f"--name={name}", "--db", tmp_path / "adrs.db")
    assert ended.code == Exit.USAGE
    assert "run name" in ended.err


def test_a_budget_only_grows(adrs: Adrs, tmp_path: Path) -> None:
    db = tmp_path / "adrs.db"
    assert adrs("run", "toy-order", "--max-evals", 4, "--name", "it", "--db", db).code == 0
    ended = adrs("resume", "it", "--max-evals", 3, "--db", db)
    assert ended.code == Exit.USAGE
    assert "only grow" in ended.err


def test_every_verb_takes_a_store(adrs: Adrs, tmp_path: Path) -> None:
    for words in (["problems"], ["problems", "show", "toy-order"]):
        assert adrs(*words, "--db", tmp_path / "adrs.db").code == 0


def test_a_narrow_encoding_is_no_defect(adrs: Adrs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    policy = tmp_path / "policy.py"
    policy.write_text("def solve(task):\n    raise ValueError('caf\\u00e9')\n", encoding="utf-8")
    ended = adrs("eval", "toy-order", policy, "--split", "smoke")
    assert ended.code == Exit.POLICY
    assert "caf" in ended.out
    assert "defect of ours" not in ended.err


def test_a_damaged_header_is_said_to_be_damage(adrs: Adrs, tmp_path: Path) -> None:
    db = tmp_path / "adrs.db"
    assert adrs("run", "toy-order", "--max-evals", 3, "--db", db).code == 0
    raw = bytearray(db.read_bytes())
    raw[44:48] = bytes(byte ^ 0xFF for byte in raw[44:48])
    db.write_bytes(raw)
    ended = adrs("runs", "--db", db)
    assert ended.code == Exit.USAGE
    assert "damaged" in ended.err


def test_the_champion_is_told_as_one_object(adrs: Adrs, tmp_path: Path) -> None:
    db = tmp_path / "adrs.db"
    assert adrs("run", "toy-order", "--max-evals", 3, "--name", "it", "--db", db).code == 0
    found = adrs("best", "it", "--json", "--db", db).json
    assert set(found) == {"run", "step", "id", "source"}
    assert "def solve" in found["source"]
