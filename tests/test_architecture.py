"""Imports point down only, modules stay small, and nothing heavy is imported by the way."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "dashboard": {"evolve", "problems"},
    "evolve": {"evaluators", "problems", "sandbox"},
    "evaluators": {"problems", "sandbox"},
    "problems": set(),
    "sandbox": set(),
}
FORBIDDEN_NAMES = {"utils", "common", "core", "manager", "helper", "helpers", "misc"}
LONGEST_MODULE = 400
LONGEST_CLASS = 150
LONGEST_FUNCTION = 40
LAZY = {"litellm", "matplotlib", "openai", "streamlit", "altair", "optuna", "ray", "torch", "pandas"}
"""Imported inside the functions that need them, never at the top of a module."""
PAGES = {"streamlit", "altair", "pandas"}
"""What all of the dashboard is made of; nothing else imports the dashboard."""


def modules(package: str) -> Iterator[Path]:
    for path in sorted((ROOT / package).rglob("*.py")):
        if "baselines" not in path.parts:  # candidates: they run in the sandbox, not here
            yield path


ALL = [pytest.param(path, id=str(path.relative_to(ROOT))) for p in MAY_IMPORT for path in modules(p)]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute, so that this test can read them"
            yield node.module or ""


@pytest.mark.parametrize("path", ALL)
def test_imports_point_down_only(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    ours = {name.split(".")[0] for name in imported(ast.parse(path.read_text()))} & MAY_IMPORT.keys()
    assert ours - {room} <= MAY_IMPORT[room]


@pytest.mark.parametrize("path", ALL)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_MODULE
    for node in ast.walk(ast.parse(text)):
        lines = getattr(node, "end_lineno", 0) - getattr(node, "lineno", 0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert lines < LONGEST_FUNCTION, node.name
        elif isinstance(node, ast.ClassDef):
            assert lines < LONGEST_CLASS, node.name


@pytest.mark.parametrize("path", ALL)
def test_names_are_nouns_of_the_field(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES
    assert path.stem not in sys.stdlib_module_names or path.stem.startswith("__")


@pytest.mark.parametrize("path", ALL)
def test_heavy_packages_are_imported_inside_functions(path: Path) -> None:
    top = [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.Import | ast.ImportFrom)]
    found = {name.split(".")[0] for node in top for name in imported(node)}
    allowed = PAGES if path.relative_to(ROOT).parts[0] == "dashboard" else set()
    assert not found & (LAZY - allowed)


@pytest.mark.parametrize(
    "path", [pytest.param(p, id=p.parent.name) for p in sorted((ROOT / "problems").glob("*/interface.py"))]
)
def test_an_interface_imports_only_the_standard_library_and_numpy(path: Path) -> None:
    found = {name.split(".")[0] for name in imported(ast.parse(path.read_text()))}
    assert found <= sys.stdlib_module_names | {"numpy"}


def test_search_knows_no_problem() -> None:
    for path in modules("evolve/search"):
        for name in imported(ast.parse(path.read_text())):
            assert not name.startswith("problems.") or name == "problems.base", f"{path.name} imports {name}"
