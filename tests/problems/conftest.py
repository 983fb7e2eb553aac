"""What the tests of several problems share: variants of VALIDATION, each made once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from problems import registry
from problems.base import Instance, Split
from problems.datasets import DataFolder

Variants = Callable[[str, str], tuple[Instance, ...]]


@pytest.fixture(scope="session")
def variant(tmp_path_factory: pytest.TempPathFactory) -> Variants:
    """Makes `generated~NAME` of a problem; bounds that are computed go to a folder of the tests."""
    folder = tmp_path_factory.mktemp("bounds")

    @cache
    def variant(problem: str, name: str) -> tuple[Instance, ...]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ADRS_CACHE", str(folder))
            found = registry.get(problem).load(
                f"generated~{name}", Split.VALIDATION, DataFolder(Path("/nowhere"))
            )
            return tuple(found)

    return variant
