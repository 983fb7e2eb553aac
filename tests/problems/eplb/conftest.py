"""Fixtures of the eplb tests: policies driven in process."""

import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from problems.base import Instance, Limits, Outcome
from problems.eplb import interface
from problems.eplb.simulator import Simulator


@pytest.fixture
def policy_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Executes a candidate's source as the child does, and returns its `Policy`."""

    def policy_of(source: str) -> Any:
        monkeypatch.setitem(sys.modules, "interface", interface)
        module = types.ModuleType("candidate")
        exec(compile(source, "candidate", "exec"), module.__dict__)
        return module.Policy

    return policy_of


@pytest.fixture
def measure() -> Callable[[Any, Instance], Outcome]:
    """Drives the simulator by a policy of ours, in process; arrays become rows, as on the wire."""

    def measure(policy: Any, instance: Instance) -> Outcome:
        step = policy(Simulator().setup(instance, Limits())).step
        simulation = Simulator().simulate(instance)
        observation = next(simulation)
        try:
            while True:
                decision = step(observation)
                rows = decision.tolist() if isinstance(decision, np.ndarray) else decision
                observation = simulation.send(tuple(map(tuple, rows)))
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome

    return measure
