"""What the tests of llm_sql share: the published table where it is there, and policies run in process."""

import concurrent.futures
import sys
import types
from collections.abc import Callable
from functools import cache

import pytest

from problems.base import Instance, Split
from problems.datasets import DataFolder
from problems.llm_sql import interface, published
from problems.llm_sql.instances import generate
from tests.problems.driving import executed

Solve = Callable[[interface.Task], interface.Answer]


Generate = Callable[[Split], tuple[Instance, ...]]


@pytest.fixture(scope="session")
def generated() -> Generate:
    """The generated splits, each made once."""
    return cache(generate)


@pytest.fixture(scope="session")
def beer() -> Instance:
    folder = DataFolder.find()
    if not folder.has(published.FILE):
        pytest.skip(f"{published.FILE} is not in {folder.root}; set ADRS_DATA to measure the published set")
    (case,) = published.load(folder)
    return case


@pytest.fixture
def policy(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Solve]:
    """Runs a source of ours as the child would, without the walls around it."""
    for pool in ("ThreadPoolExecutor", "ProcessPoolExecutor"):  # programs of the public form replace them
        monkeypatch.setattr(concurrent.futures, pool, getattr(concurrent.futures, pool))
    for name in ("solver", "utils", "program"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))

    def run(source: str) -> Solve:
        solve: Solve = executed(source, interface, monkeypatch).solve
        return solve

    return run
