"""A measured history, where one is given, and programs in the public form."""

from pathlib import Path

import msgspec
import numpy as np

from problems.base import Instance, Split
from problems.datasets import DataFolder, reading
from problems.eplb.instances import V3, fingerprinted, instance
from problems.eplb.reference import referenced
from problems.eplb.simulator import History
from problems.eplb.traffic import STEPS

HISTORY = "eplb/expert-load.json"
SOURCE = "UCB-ADRS/ADRS-Leaderboard, commit f856497d, eplb"
"""Where the history was published; the file is 223 MB."""

SMOKE_WINDOWS = 3
FEWEST_WINDOWS = 2 * 3 + SMOKE_WINDOWS

_PUBLIC_FORM = Path(__file__).with_name("public_form.py")


class _Step(msgspec.Struct):
    """One step of the model: tokens by layer and expert."""

    logical_expert_load: list[list[int]]


class _File(msgspec.Struct):
    load_history: list[msgspec.Raw]


def measured(split: Split, folder: DataFolder) -> tuple[Instance, ...]:
    """Reads a split of the measured history: a few windows for SMOKE, then half of the rest each.

    Raises:
        DataMissing: The data is not there, or not what was published.
    """
    path = folder.file(HISTORY, source=SOURCE)
    with reading(path, what=f"load_history of steps, each logical_expert_load of {V3.layers} x {V3.experts}"):
        history, name = _cut(_windows(path.read_bytes()), split)
    digest = fingerprinted(history)
    return (instance(name, digest, referenced({digest: history})[digest]),)


def _cut(windows: np.ndarray, split: Split) -> tuple[History, str]:
    middle = SMOKE_WINDOWS + (len(windows) - SMOKE_WINDOWS) // 2
    first, last = {
        Split.SMOKE: (0, SMOKE_WINDOWS),
        Split.SEARCH: (SMOKE_WINDOWS, middle),
        Split.VALIDATION: (middle, len(windows)),
    }[split]
    return History(V3, windows[first:last]), f"measured-{first:02}-{last:02}"


def _windows(content: bytes) -> np.ndarray:
    """Sums whole windows of steps, shape (W, L, E); what is left over at the end is dropped."""
    steps = msgspec.json.decode(content, type=_File).load_history
    count = len(steps) // STEPS
    if count < FEWEST_WINDOWS:
        raise ValueError(
            f"expected {FEWEST_WINDOWS} windows of {STEPS} steps at least, got {len(steps)} steps"
        )
    decoder = msgspec.json.Decoder(_Step)
    windows = np.zeros((count, V3.layers, V3.experts), dtype=np.int64)
    for number, step in enumerate(steps[: count * STEPS]):
        load = np.array(decoder.decode(step).logical_expert_load, dtype=np.int64)
        if load.shape != windows.shape[1:] or load.min() < 0:
            raise ValueError(
                f"expected counts of shape {windows.shape[1:]} in step {number}, got {load.shape}"
            )
        windows[number // STEPS] += load
    windows.setflags(write=False)
    return windows


def adapt(source: str) -> str:
    """Turns a program in the public form, `rebalance_experts` on tensors, into a candidate's source."""
    return f"{_PUBLIC_FORM.read_text(encoding='utf-8')}\n\nPROGRAM = functions({source!r})\n"
