"""What the tests of prism share: the published cases, and policies run in this process."""

import sys
from collections.abc import Callable, Iterator

import pytest

from problems.base import Instance
from problems.prism import interface, published

Solve = Callable[[interface.Task], interface.Answer]


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, ...]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADRS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield published.load()


@pytest.fixture
def policy(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Solve]:
    """Runs a source of ours as the child would, without the walls around it."""
    monkeypatch.setitem(sys.modules, "interface", interface)

    def run(source: str) -> Solve:
        namespace: dict[str, Solve] = {}
        exec(compile(source, "policy.py", "exec"), namespace)
        return namespace["solve"]

    return run
