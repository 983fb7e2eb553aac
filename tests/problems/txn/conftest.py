"""What the tests of txn share: the published set where it is there, and policies run in this process."""

from collections.abc import Callable

import pytest

from problems.base import Instance
from problems.datasets import DataFolder
from problems.txn import interface, published
from tests.problems.driving import executed

Solve = Callable[[interface.Task], interface.Answer]


@pytest.fixture(scope="session")
def workloads() -> tuple[Instance, ...]:
    folder = DataFolder.find()
    if not folder.has(published.FILE):
        pytest.skip(f"{published.FILE} is not in {folder.root}; set ADRS_DATA to measure the published set")
    return published.load(folder)


@pytest.fixture
def policy(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Solve]:
    """Runs a source of ours as the child would, without the walls around it."""

    def run(source: str) -> Solve:
        solve: Solve = executed(source, interface, monkeypatch).solve
        return solve

    return run
