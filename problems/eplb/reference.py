"""What a forecaster who knew the process would score: the mean of the next window, packed as well as we can.

It is no bound: chance may favour another placement, and one that hedges may do better than one that is even
on the mean. It says how much of the distance to 1 is chance. References of generated histories take a while
and are shipped. Nobody knows the process of a measured history: there the forecast is the last window.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from problems.base import Instance
from problems.bounds import Bounds, cache_folder
from problems.eplb.packing import place
from problems.eplb.simulator import History, Placement
from problems.eplb.traffic import Shape

_FILE = Path(__file__).with_name("references.json")
_VERSION = 1


def referenced(histories: Mapping[str, History]) -> dict[str, History]:
    """Fills in the references of histories, by digest; what is neither shipped nor kept is computed."""
    bounds = Bounds(_FILE, cache_folder() / f"eplb-references-{_VERSION}.json")
    found = bounds.find(histories, _computed, plausible=lambda _, score: 0.0 < score <= 1.0)
    return {digest: replace(history, reference=found[digest]) for digest, history in histories.items()}


def prove(instances: Sequence[Instance]) -> dict[str, float]:
    """Computes the references of instances anew, by digest."""
    return _computed({instance.digest: instance.data for instance in instances})


def _computed(histories: Mapping[str, History]) -> dict[str, float]:
    return {digest: reference(history) for digest, history in histories.items()}


def reference(history: History) -> float:
    """Mean balance of the packed forecasts on their windows, from the second on; higher is better."""
    shape = history.shape
    pairs = zip(_forecasts(history), history.windows[1:], strict=True)
    scores = [Placement(shape, _placed(shape, mean)).balance(window) for mean, window in pairs]
    return sum(scores) / len(scores)


def _placed(shape: Shape, mean: np.ndarray) -> np.ndarray:
    return place(mean, shape.replicas, shape.gpus)


def _forecasts(history: History) -> Iterator[np.ndarray]:
    """Yields a forecast after each window but the last, up to a factor by layer, shape (L, E)."""
    if history.source is None:
        yield from history.windows[:-1]
        return
    traffic = history.source.traffic()
    for window in history.windows[:-1]:
        if not np.array_equal(traffic.window(), window):
            raise ValueError(f"{history.source} does not make the windows of its history")
        yield traffic.expected()
