"""The histories of each split: four scenarios of traffic on two models."""

from collections.abc import Iterable, Mapping

import numpy as np

from problems.base import Instance, Split, fingerprint
from problems.eplb.reference import referenced
from problems.eplb.simulator import History
from problems.eplb.traffic import Scenario, Shape, Source

WINDOWS = 20

V3 = Shape(layers=58, experts=256, top_k=8, replicas=288, groups=8, nodes=4, gpus=32)
"""DeepSeek-V3 on the machines of the published problem: 9 slots on each GPU."""

LITE = Shape(layers=26, experts=64, top_k=6, replicas=80, groups=8, nodes=2, gpus=16)
"""DeepSeek-V2-Lite's layers and experts, on two nodes of eight GPUs with 5 slots each.

The model has no groups; eight are given to it, so that the group rule can be followed.
"""

TINY = Shape(layers=4, experts=16, top_k=2, replicas=24, groups=4, nodes=2, gpus=4)

SCENARIOS: Mapping[str, Scenario] = {
    "calm": Scenario(),
    "drifting": Scenario(drift=160, mix_drift=32),
    "bursty": Scenario(bursts=170),
    "switching": Scenario(switches=3),
}
"""Bursts begin in 0.024 % of expert-windows, in `bursty` in 0.26 %; `switching` changes its leading domain in
3 of 16 windows, the others never."""

MODELS = (("v3", V3), ("lite", LITE))
_SPLITS = {Split.SEARCH: (1, 8), Split.VALIDATION: (2, 12), Split.HOLDOUT: (3, 12)}
"""Split to (its part of the seed, its number of histories)."""


def generated(split: Split) -> tuple[Instance, ...]:
    """Makes the histories of a split, each its own group and block, with their references.

    Scenarios take turns; their first round is of the large model, the second of the small one, and so on.
    """
    return drawn(_sources(split))


def drawn(sources: Iterable[tuple[str, Source, int]]) -> tuple[Instance, ...]:
    """Makes instances of names, sources and numbers of windows, and finds their references."""
    made = [(name, *_made(source, windows)) for name, source, windows in sources]
    filled = referenced({digest: history for _, digest, history in made})
    return tuple(instance(name, digest, filled[digest]) for name, digest, _ in made)


def instance(name: str, digest: str, history: History) -> Instance:
    """Makes an instance that shares neither a child nor a block with another."""
    return Instance(name=name, group=name, block=name, digest=digest, data=history)


def fingerprinted(history: History) -> str:
    """Digest of what is measured: the model, the machines, and every count."""
    shape = history.shape
    served = (shape.layers, shape.experts, shape.replicas, shape.groups, shape.nodes, shape.gpus)
    return fingerprint("eplb", served, history.windows)


def _sources(split: Split) -> list[tuple[str, Source, int]]:
    if split is Split.SMOKE:
        return [("bursty-tiny", Source(TINY, SCENARIOS["bursty"], (0, 2, 0)), 4)]
    part, histories = _SPLITS[split]
    found = []
    for number in range(histories):
        turn, kind = divmod(number, len(SCENARIOS))
        scenario = tuple(SCENARIOS)[kind]
        model, shape = MODELS[turn % len(MODELS)]
        source = Source(shape, SCENARIOS[scenario], (part, kind, number))
        found.append((f"{scenario}-{model}-{number:02}", source, WINDOWS))
    return found


def _made(source: Source, windows: int) -> tuple[str, History]:
    traffic = source.traffic()
    counts = np.stack([traffic.window() for _ in range(windows)])
    counts.setflags(write=False)
    history = History(source.shape, counts, source=source)
    return fingerprinted(history), history
