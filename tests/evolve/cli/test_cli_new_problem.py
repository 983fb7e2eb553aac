"""What `adrs new-problem` writes is built, installed, tested and searched; what exists stays as it is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evolve.cli.new_problem import new_problem
from tests.evolve.cli.conftest import COMMAND, Adrs

KINDS = {"one-shot": "longest_first", "step-wise": "break_even"}


@pytest.fixture(scope="session", params=KINDS)
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A kind, and the folder of a package of that kind."""
    folder = tmp_path_factory.mktemp("written")
    new_problem("mine", kind=request.param, out=folder)
    return request.param, folder / "mine"


@pytest.fixture(scope="session")
def installed(
    package: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, dict[str, str]]:
    """Kind and folder of a package that is built and installed, and the environment that has it."""
    kind, folder = package
    target = tmp_path_factory.mktemp("site")
    uv = Path(sys.executable).with_name("uv")
    options = ["--quiet", "--offline", "--no-deps", "--no-build-isolation", "--no-cache"]
    place = ["--python", sys.executable, "--target", str(target)]
    subprocess.run([uv, "pip", "install", *options, *place, str(folder)], check=True)
    inherited = [p for p in (os.environ.get("PYTHONPATH"),) if p]
    return kind, folder, os.environ | {"PYTHONPATH": os.pathsep.join([str(target), *inherited])}


Installed = tuple[str, Path, dict[str, str]]


def called(installed: Installed, folder: Path, *words: str) -> str:
    call, environment = [sys.executable, "-m", *words], installed[2]
    ended = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_baseline_of_the_installed_package_is_measured(installed: Installed, tmp_path: Path) -> None:
    words = ("eval", "mine", "--baseline", KINDS[installed[0]], "--split", "search", "--json")
    found = json.loads(called(installed, tmp_path, COMMAND[-1], *words))
    assert 0.6 < found["score"] <= 1.0


@pytest.mark.slow
def test_the_package_passes_its_own_tests(installed: Installed) -> None:
    told = called(installed, installed[1], "pytest", "-q", "-p", "no:cacheprovider")
    assert "passed" in told
    assert "failed" not in told


@pytest.mark.slow
def test_the_package_can_be_searched(installed: Installed, tmp_path: Path) -> None:
    words = ("run", "mine", "--max-evals", "20", "--name", "first")
    assert KINDS[installed[0]] in called(installed, tmp_path, COMMAND[-1], *words)
    shown = json.loads(called(installed, tmp_path, COMMAND[-1], "show", "first", "--json"))
    assert (shown["evaluated"], shown["quarantined"]) == (20, [])
    assert shown["champion"]["validation"] > 0.6


def test_nothing_of_a_template_is_left_in_a_package(package: tuple[str, Path]) -> None:
    _, folder = package
    files = [path for path in folder.rglob("*") if path.is_file() and "build" not in path.parts]
    assert {path.suffix for path in files} <= {".py", ".md", ".toml"}
    assert [path for path in files if "{{" in path.read_text(encoding="utf-8")] == []


def test_what_to_do_next_is_said(adrs: Adrs) -> None:
    ended = adrs("new-problem", "mine", "--kind", "one-shot")
    assert ended.code == 0
    assert "uv pip install --no-deps -e ./mine" in ended.out
    assert "mine/README.md" in ended.out


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("my-problem", "small letters, digits and underscores"),
        ("2fast", "a letter first"),
        ("Mine", "small letters"),
        ("class", "no keyword"),
        ("../mine", "small letters"),
        ("txn", "a problem 'txn' is installed already"),
        ("json", "the name of another module"),
        ("numpy", "the name of another module"),
        ("sandbox", "the name of another module"),
        ("interface", "the name of another module"),
    ],
)
def test_a_name_that_could_not_be_imported_or_found_is_refused(adrs: Adrs, name: str, why: str) -> None:
    ended = adrs("new-problem", name, "--kind", "one-shot")
    assert (ended.code, ended.err.count("\n"), list(Path().iterdir())) == (2, 1, [])
    assert why in ended.err


@pytest.mark.parametrize("words", [["--kind", "two-shot"], []])
def test_a_kind_that_is_none_is_answered_with_those_there_are(adrs: Adrs, words: list[str]) -> None:
    ended = adrs("new-problem", "mine", *words)
    assert ended.code == 2
    assert "expected one-shot or step-wise, but got" in ended.err


def test_a_folder_that_exists_is_left_as_it_is(adrs: Adrs) -> None:
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("precious")
    ended = adrs("new-problem", "mine", "--kind", "one-shot")
    assert ended.code == 2
    assert "mine is there already, and nothing is overwritten" in ended.err
    assert [path.name for path in Path("mine").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("out", ["nowhere", "file"])
def test_a_place_that_is_no_folder_is_named(adrs: Adrs, out: str) -> None:
    Path("file").write_text("")
    ended = adrs("new-problem", "mine", "--kind", "one-shot", "--out", out)
    assert ended.code == 2
    assert f"but {out} is none" in ended.err


def test_a_folder_that_cannot_be_made_is_named(adrs: Adrs) -> None:
    name = "m" * 300  # longer than a file system takes
    ended = adrs("new-problem", name, "--kind", "one-shot")
    assert ended.code == 2
    assert "cannot be made: File name too long" in ended.err
