"""What the tests of prism share: the published cases, and policies run in this process."""

from collections.abc import Callable, Iterator

import pytest

from problems.base import Instance
from problems.prism import interface, published
from tests.problems.driving import executed

Solve = Callable[[interface.Task], interface.Answer]


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, ...]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADRS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield published.load()


@pytest.fixture
def policy(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Solve]:
    """Runs a source of ours as the child would, without the walls around it."""

    def run(source: str) -> Solve:
        solve: Solve = executed(source, interface, monkeypatch).solve
        return solve

    return run
