"""Small histories, written down or made, and decisions sent to the simulator."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from problems.base import Instance, Outcome
from problems.eplb.interface import Observation
from problems.eplb.simulator import History, Simulator
from problems.eplb.traffic import Shape

PAIR = Shape(layers=2, experts=4, top_k=2, replicas=6, groups=2, nodes=2, gpus=2)
"""Two layers of four experts on two GPUs of three slots each."""


def history(windows: Sequence[Sequence[Sequence[int]]], shape: Shape = PAIR) -> Instance:
    """An instance whose counts are written down: by window, layer and expert."""
    return Instance("i", "g", "b", "d", History(shape, np.array(windows, dtype=np.int64), 0.5))


def play(instance: Instance, decisions: Sequence[Any]) -> tuple[list[Observation], Outcome]:
    """Sends decisions, the last one over and over, and returns what was observed."""
    simulation, seen = Simulator().simulate(instance), []
    try:
        seen.append(next(simulation))
        while True:
            seen.append(simulation.send(decisions[min(len(seen), len(decisions)) - 1]))
    except StopIteration as end:
        return seen, end.value
