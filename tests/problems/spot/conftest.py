"""Fixtures of the spot tests: measured data, and policies driven in process."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from problems.base import Instance, Outcome, Split
from problems.datasets import DataFolder
from problems.spot import PROBLEM, interface
from problems.spot.simulator import Simulator
from tests.problems.driving import driven, executed


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """The measured windows; optima go to a folder of the tests."""
    folder = DataFolder.find()
    if not folder.has("spot_single/published_windows.jsonl.gz"):
        pytest.skip(f"needs spot_single in {folder.root}; set ADRS_DATA")
    return folder


@pytest.fixture(scope="session")
def published(data: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> Sequence[Instance]:
    """The 1,080 published runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADRS_CACHE", str(tmp_path_factory.mktemp("cache")))
        return PROBLEM.load("real", Split.PUBLISHED, data)


@pytest.fixture
def policy_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Executes a candidate's source as the child does, and returns its `Policy`."""

    def policy_of(source: str) -> Any:
        return executed(source, interface, monkeypatch).Policy

    return policy_of


@pytest.fixture
def measure() -> Callable[[Any, Instance], Outcome]:
    """Drives the simulator by a policy of ours, in process."""

    def measure(policy: Any, instance: Instance) -> Outcome:
        return driven(Simulator(), policy, instance)

    return measure
