"""Expert placement on a device: every GPU's share of a layer timed in turn; the slowest is the layer's time.

One GPU plays all of them, one after the other: what it cannot show is the exchange between them, whose volume
is reported instead.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from evaluators.decisions import Decided
from evaluators.gpu.experts import SHAPES, Experts, ExpertShape
from evaluators.gpu.twins import Rig
from evaluators.gpu.verdict import Case
from problems.eplb.simulator import History, Placement
from problems.eplb.traffic import Shape

LAYERS: Final = 2
"""Layers of a placement that are timed, drawn anew for each place."""

_MODELS: Final = {(58, 256): "deepseek-v3", (26, 64): "deepseek-v2-lite"}
_REHEARSED_TOKENS: Final = 8


class _EplbTwin:
    UNIT = "mean GPU's time over the slowest one's, summed over layers"

    def replay(self, rig: Rig, policies: Mapping[str, Sequence[Decided]], /) -> list[Case]:
        """Times one window of every history, on layers drawn for it."""
        found = []
        for same in zip(*policies.values(), strict=True):
            history: History = same[0].instance.data
            window = int(rig.rng.integers(1, len(history.windows)))
            layers = sorted(
                rig.rng.choice(
                    history.shape.layers, min(LAYERS, history.shape.layers), replace=False
                ).tolist()
            )
            tokens = {
                name: rank_tokens(history, window, layers, decided.decisions[window], _batch(rig))
                for name, decided in zip(policies, same, strict=True)
            }
            seconds = _timed_ranks(rig, _expert_shape(rig, history.shape), tokens)
            for name, decided in zip(policies, same, strict=True):
                slowest = float(seconds[name].max(axis=1).sum())
                found.append(
                    Case(
                        name,
                        f"{decided.instance.name}, window {window}",
                        decided.instance.block,
                        _simulated(history, window, layers, decided.decisions[window]),
                        float(seconds[name].mean(axis=1).sum()) / slowest,
                        slowest,
                        _figures(history.shape, tokens[name], seconds[name]),
                    )
                )
        return found


TWIN: Final = _EplbTwin()


def _batch(rig: Rig) -> int:
    return rig.tokens if rig.gpu.is_evidence else _REHEARSED_TOKENS


def _expert_shape(rig: Rig, shape: Shape) -> ExpertShape:
    return SHAPES[model_of(shape) if rig.gpu.is_evidence else "tiny"]


def model_of(shape: Shape) -> str:
    """Names the model whose experts a history is of."""
    return _MODELS.get((shape.layers, shape.experts), "tiny")


def rank_tokens(
    history: History, window: int, layers: Sequence[int] | slice, decision: Any, batch: int
) -> np.ndarray:
    """Tokens by layer, GPU and slot in a step of `batch` tokens a GPU; int64, shape (layers, gpus, slots)."""
    shape = history.shape
    placement = Placement.of(shape, decision)
    counts, replicas = history.windows[window][layers], placement.replicas[layers]
    experts = placement.experts[layers]
    scale = batch * shape.gpus * shape.top_k / counts.sum(axis=1, keepdims=True)
    share = np.take_along_axis(counts * scale / replicas, experts, axis=1)
    return np.asarray(np.rint(share).astype(np.int64).reshape(len(experts), shape.gpus, -1))


def _simulated(history: History, window: int, layers: Sequence[int], decision: Any) -> float:
    """The simulator's balance, on the timed layers alone."""
    shape, placement = history.shape, Placement.of(history.shape, decision)
    share = np.take_along_axis(history.windows[window] / placement.replicas, placement.experts, axis=1)
    busy = share.reshape(shape.layers, shape.gpus, -1).sum(axis=2)[layers]
    return float(busy.mean(axis=1).sum() / busy.max(axis=1).sum())


def _timed_ranks(rig: Rig, shape: ExpertShape, tokens: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Seconds by policy, layer and GPU."""
    slots = max(found.shape[2] for found in tokens.values())
    rows = max(int(found.sum(axis=2).max()) for found in tokens.values())
    rig.gpu.needs(Experts.bytes_needed(shape, slots, rows), f"replaying placements of {shape.model}")
    experts = Experts(shape, slots, rows, rig.gpu.kind)
    works = [
        experts.work(f"{name} {index}", rank.tolist())
        for name, found in tokens.items()
        for index, rank in enumerate(found.reshape(-1, found.shape[2]))
    ]
    medians, ends = rig.seconds(works), np.cumsum([found[..., 0].size for found in tokens.values()])
    return {
        name: np.array(medians[end - found[..., 0].size : end]).reshape(found.shape[:2])
        for (name, found), end in zip(tokens.items(), ends, strict=True)
    }


def _figures(shape: Shape, tokens: np.ndarray, seconds: np.ndarray) -> dict[str, float]:
    """Times of a GPU, and what the busiest one receives and sends back in bfloat16."""
    received = float(tokens.sum(axis=2).max()) * (1.0 - 1.0 / shape.gpus)
    hidden = SHAPES[model_of(shape)].hidden
    return {
        "mean_gpu_ms": float(seconds.mean() * 1e3),
        "slowest_gpu_ms": float(seconds.max(axis=1).mean() * 1e3),
        "exchange_mb": 2.0 * received * hidden * 2.0 / 1e6,
    }
