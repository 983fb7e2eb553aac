"""Drives policies in this process, as the sandbox does but without the walls around them."""

import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

from problems.base import Instance, Limits, Outcome, Stepwise


def executed(source: str, interface: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Executes a candidate's source as the child does, and returns its module."""
    monkeypatch.setitem(sys.modules, "interface", interface)
    module = types.ModuleType("candidate")
    exec(compile(source, "candidate", "exec"), module.__dict__)
    return module


def driven(
    simulator: Stepwise, policy: Any, instance: Instance, *, wire: Callable[[Any], Any] = lambda d: d
) -> Outcome:
    """Runs a step-wise instance by a policy's class; `wire` makes of a decision what would arrive."""
    step = policy(simulator.setup(instance, Limits())).step
    simulation = simulator.simulate(instance)
    observation = next(simulation)
    try:
        while True:
            observation = simulation.send(wire(step(observation)))
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome
