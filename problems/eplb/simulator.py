"""Serves a history with the policy's placements: each is measured on the window after it was made."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from problems.base import Instance, InvalidAnswer, Limits, Outcome
from problems.eplb.interface import Decision, Observation, Setup
from problems.eplb.traffic import Shape, Source


@dataclass(frozen=True, slots=True)
class History:
    """The data of an instance: a model, what its experts were asked for, and how well that can be foreseen.

    Attributes:
        windows: Tokens by window, layer and expert, int64, shape (W, L, E); at least two windows.
        reference: Score of a forecaster who knew the process; of a measured history, of one who repeats.
        source: What made the windows; None if they were measured.
    """

    shape: Shape
    windows: np.ndarray
    reference: float = 0.0
    source: Source | None = None

    def __post_init__(self) -> None:
        expected = (self.shape.layers, self.shape.experts)
        if self.windows.ndim != 3 or self.windows.shape[1:] != expected or len(self.windows) < 2:
            raise ValueError(f"expected two windows or more of shape {expected}, got {self.windows.shape}")
        if self.windows.min() < 0 or not self.windows.any(axis=(1, 2)).all():
            raise ValueError("a window needs tokens, and no count below 0")


class Simulator:
    """The trusted side. The score is the mean balance of the placements on their next windows."""

    def setup(self, instance: Instance, limits: Limits, /) -> Setup:
        """Builds what `Policy.__init__` receives."""
        history: History = instance.data
        shape = history.shape
        return Setup(
            num_layers=shape.layers,
            num_experts=shape.experts,
            num_replicas=shape.replicas,
            num_groups=shape.groups,
            num_nodes=shape.nodes,
            num_gpus=shape.gpus,
            windows=len(history.windows),
            step_cpu_s=limits.step_mean_cpu_s,
        )

    def simulate(self, instance: Instance, /) -> Generator[Observation, Decision, Outcome]:
        """Yields what the last window asked for, and is sent the placement for the next."""
        history: History = instance.data
        tally = _Tally(history.shape)
        seen = np.ones(history.windows.shape[1:], dtype=np.int64)
        for number, window in enumerate(history.windows):
            decision = yield Observation(number, seen)
            placement = Placement.of(history.shape, decision)
            tally.add(placement, seen, window)
            seen = window
        return tally.outcome(history.reference)


class Placement:
    """Where the experts of each layer are.

    Attributes:
        experts: Expert by layer and slot, shape (L, replicas).
        replicas: Slots by layer and expert, shape (L, E).
    """

    def __init__(self, shape: Shape, experts: np.ndarray) -> None:
        self._shape = shape
        self.experts = experts
        first = np.arange(0, shape.layers * shape.experts, shape.experts)[:, None]
        self._keys = (experts + first).ravel()
        counts = np.bincount(self._keys, minlength=shape.layers * shape.experts)
        self.replicas = counts.reshape(shape.layers, shape.experts)

    @staticmethod
    def of(shape: Shape, decision: Decision) -> "Placement":
        """Checks a decision.

        Raises:
            InvalidAnswer: It breaks a rule.
        """
        placement = Placement(shape, _experts(shape, decision))
        if not placement.replicas.all():
            layer, expert = np.argwhere(placement.replicas == 0)[0].tolist()
            text = f"every expert needs a slot, but expert {expert} has none in layer {layer}"
            raise InvalidAnswer("expert_missing", text, f"[{layer}]")
        return placement

    def balance(self, window: np.ndarray) -> float:
        """Sum of the layers' mean loads of a GPU, divided by the sum of their largest ones."""
        shape, share = self._shape, (window / self.replicas).ravel()
        busy = share[self._keys].reshape(shape.layers, shape.gpus, -1).sum(axis=2)
        return float(window.sum() / shape.gpus / busy.max(axis=1).sum())

    def where(self, parts: int) -> np.ndarray:
        """Key of (layer, part, expert) by slot, when the slots of a layer are cut in equal parts."""
        shape = self._shape
        part = np.arange(shape.layers * parts).repeat(shape.replicas // parts)
        return np.asarray(part * shape.experts + self.experts.ravel())


def _experts(shape: Shape, decision: Decision) -> np.ndarray:
    """Checks the form of a decision and each of its ids."""
    if len(decision) != shape.layers:
        text = f"expected {shape.layers} rows, one a layer, got {len(decision)}"
        raise InvalidAnswer("wrong_layers", text)
    for layer, row in enumerate(decision):
        if len(row) != shape.replicas:
            text = f"expected {shape.replicas} experts, one a slot, got {len(row)}"
            raise InvalidAnswer("wrong_slots", text, f"[{layer}]")
    try:
        experts = np.array(decision, dtype=np.int64)
    except OverflowError:
        experts = None
    if experts is None or experts.min() < 0 or experts.max() >= shape.experts:
        raise _out_of_range(shape, decision)
    return experts


def _out_of_range(shape: Shape, decision: Decision) -> InvalidAnswer:
    layer, slot, expert = next(
        (layer, slot, expert)
        for layer, row in enumerate(decision)
        for slot, expert in enumerate(row)
        if not 0 <= expert < shape.experts
    )
    text = f"expected an expert in 0..{shape.experts - 1}, got {expert!r:.40}"
    return InvalidAnswer("expert_out_of_range", text, f"[{layer}][{slot}]")


class _Tally:
    """What is added up over the windows; the first decision, a guess, is only where the next starts."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._next: list[float] = []
        self._same: list[float] = []
        self._moved = self._spread = self._most = 0.0
        self._held = np.zeros(shape.layers * shape.gpus * shape.experts, dtype=bool)
        self._keys: np.ndarray | None = None

    def add(self, placement: Placement, seen: np.ndarray, window: np.ndarray) -> None:
        """Takes a placement, the window that it was made on, and the window that it serves."""
        before, self._keys = self._keys, placement.where(self._shape.gpus)
        if before is not None:
            self._next.append(placement.balance(window))
            self._same.append(placement.balance(seen))
            self._held[before] = True
            self._moved += 1.0 - float(self._held[self._keys].mean())
            self._held[before] = False
            self._spread += self._nodes_of_groups(placement)
            self._most += float(placement.replicas.max(axis=1).mean())

    def _nodes_of_groups(self, placement: Placement) -> float:
        """Nodes on which a group of experts has slots, on average over groups and layers."""
        shape = self._shape
        size = shape.experts // shape.groups
        found = np.zeros(shape.layers * shape.nodes * shape.groups, dtype=bool)
        found[placement.where(shape.nodes) // size] = True
        return float(found.sum()) / (shape.layers * shape.groups)

    def outcome(self, reference: float) -> Outcome:
        """The score and the metrics, all means over the decisions that count."""
        counted = len(self._next)
        metrics = {
            "same_window": sum(self._same) / counted,
            "reference": reference,
            "worst_window": min(self._next),
            "moved": self._moved / counted,
            "group_nodes": self._spread / counted,
            "most_replicas": self._most / counted,
        }
        return Outcome(sum(self._next) / counted, metrics)
