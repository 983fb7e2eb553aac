"""What a history's placements came to window by window, for people."""

from collections.abc import Sequence

import numpy as np

from problems.base import Instance
from problems.eplb.interface import Decision, Observation
from problems.eplb.simulator import History, Placement


def timeline(
    instance: Instance, observations: Sequence[Observation], decisions: Sequence[Decision]
) -> list[dict[str, float | str]]:
    """Tells each window that a placement served; the first placement is a guess, and not `counted`.

    Loads are tokens of a GPU in the window, summed over layers: the mean, and those of each layer's busiest.
    `balance` is the one over the other, `balance_seen` the same on the window that the placement was made on.
    `moved_share` is that of the slots whose expert was not on their GPU before.
    """
    history: History = instance.data
    rows: list[dict[str, float | str]] = []
    before: np.ndarray | None = None
    for seen, decision, window in zip(observations, decisions, history.windows, strict=False):
        placement = Placement.of(history.shape, decision)
        held = placement.where(history.shape.gpus)
        balance, mean = placement.balance(window), int(window.sum()) / history.shape.gpus
        rows.append(
            {
                "counted": before is not None,
                "window_tokens": int(window.sum()),
                "mean_gpu_tokens": mean,
                "busiest_gpu_tokens": mean / balance,
                "balance": balance,
                "balance_seen": placement.balance(seen.counts),
                "moved_share": 0.0 if before is None else 1.0 - float(np.isin(held, before).mean()),
                "most_replicas": int(placement.replicas.max()),
            }
        )
        before = held
    return rows
