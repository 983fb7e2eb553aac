"""Fixtures of the eplb tests: policies driven in process."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from problems.base import Instance, Outcome
from problems.eplb import interface
from problems.eplb.simulator import Simulator
from tests.problems.driving import driven, executed


@pytest.fixture
def policy_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Executes a candidate's source as the child does, and returns its `Policy`."""

    def policy_of(source: str) -> Any:
        return executed(source, interface, monkeypatch).Policy

    return policy_of


@pytest.fixture
def measure() -> Callable[[Any, Instance], Outcome]:
    """Drives the simulator by a policy of ours, in process; arrays become rows, as on the wire."""

    def rows(decision: Any) -> Any:
        return tuple(map(tuple, decision.tolist() if isinstance(decision, np.ndarray) else decision))

    def measure(policy: Any, instance: Instance) -> Outcome:
        return driven(Simulator(), policy, instance, wire=rows)

    return measure
