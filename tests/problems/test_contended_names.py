"""Packages of strangers that break, or claim a name that is taken."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from problems import registry
from problems.registry import BrokenProblem

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a package of one module with an entry point to its `PROBLEM`."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(package: str, problem: str, source: str) -> None:
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[adrs.problems]\n{problem} = {package}:PROBLEM\n")
        (tmp_path / f"{package}.py").write_text(source)
        registry._entries.cache_clear()
        registry.get.cache_clear()

    yield install
    monkeypatch.undo()
    registry._entries.cache_clear()
    registry.get.cache_clear()


@pytest.mark.parametrize("source", ["raise RuntimeError('boo')", "import sys; sys.exit('boo')", "PROBLEM ="])
def test_a_package_that_fails_at_import_is_named(install: Install, source: str) -> None:
    install("stranger", "strange", source)
    with pytest.raises(BrokenProblem, match=r"'strange' \(stranger:PROBLEM\) cannot be imported"):
        registry.get("strange")
    assert registry.get("txn").name == "txn"


def test_a_package_without_the_problem_is_named(install: Install) -> None:
    install("stranger", "strange", "PROBLEM = 3")
    with pytest.raises(BrokenProblem, match="must name a Problem called 'strange', but stranger:PROBLEM"):
        registry.get("strange")


def test_a_package_cannot_take_the_name_of_a_shipped_problem(install: Install) -> None:
    install("a_stranger", "txn", "raise RuntimeError")
    assert registry.get("txn").title.startswith("order transactions")
    ((name, message),) = registry.ignored()
    assert name == "txn"
    assert "'txn' of a_stranger:PROBLEM is ignored" in message


def test_two_packages_with_one_name_are_both_named(install: Install) -> None:
    install("stranger", "strange", "PROBLEM = 3")
    install("friend", "strange", "PROBLEM = 4")
    with pytest.raises(BrokenProblem, match="friend:PROBLEM and stranger:PROBLEM; uninstall all but one"):
        registry.get("strange")
    assert registry.get("txn").name == "txn"
    assert registry.ignored() == ()
