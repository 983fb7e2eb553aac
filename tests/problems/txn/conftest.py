"""What the tests of txn share: the published set where it is there, and policies run in this process."""

import sys
from collections.abc import Callable

import pytest

from problems.base import Instance
from problems.datasets import DataFolder
from problems.txn import interface, published

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
    monkeypatch.setitem(sys.modules, "interface", interface)

    def run(source: str) -> Solve:
        namespace: dict[str, Solve] = {}
        exec(compile(source, "policy.py", "exec"), namespace)
        return namespace["solve"]

    return run
