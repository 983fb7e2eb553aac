"""Loads of a model's experts, window by window, from a user's file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from problems.base import FileForm, Instance, Split
from problems.eplb.instances import LITE, TINY, V3, fingerprinted, generated, instance
from problems.eplb.reference import referenced
from problems.eplb.simulator import History
from problems.sheets import BadLine, Column, Line, Sheet

STRETCH = 10
"""Windows of a history, which is a block: enough for a policy to learn from, and short enough for many."""

MOST_LAYERS = 128

Draft = tuple[str, History]


def _drafts(sheet: Sheet) -> list[list[Draft]]:
    """Cuts the windows into stretches, each a block."""
    numbers = [line.values[0] for line in sheet.lines]
    falls = next((i for i in range(1, len(numbers)) if numbers[i] < numbers[i - 1]), None)
    if falls is not None:
        raise BadLine(
            sheet.lines[falls].number,
            f"expected windows in order, but {numbers[falls]} comes after {numbers[falls - 1]}",
        )
    layers, experts = (1 + max(line.values[place] for line in sheet.lines) for place in (1, 2))
    shape = next(shape for shape in (TINY, LITE, V3) if experts <= shape.experts)
    windows = [
        _window(list(members), layers, shape.experts)
        for _, members in groupby(sheet.lines, key=lambda line: line.values[0])
    ]
    if len(windows) < 2:
        raise BadLine(sheet.lines[-1].number, "expected two windows or more, but there is one")
    found = []
    for start in range(0, max(len(windows) - STRETCH, 0) + 1, STRETCH):
        counts = np.stack(windows[start : start + STRETCH])
        counts.setflags(write=False)
        found.append([(f"windows-{start:04}", History(replace(shape, layers=layers), counts))])
    return found


def _window(lines: Sequence[Line], layers: int, experts: int) -> np.ndarray:
    counts = np.full((layers, experts), -1, dtype=np.int64)
    for number, (window, layer, expert, tokens) in lines:
        if counts[layer, expert] >= 0:
            raise BadLine(
                number,
                f"expected layer {layer}, expert {expert} once in window {window}, but it was there before",
            )
        counts[layer, expert] = tokens
    counts = np.maximum(counts, 0)
    empty = np.flatnonzero(counts.sum(axis=1) == 0)
    if len(empty):
        line = lines[0]
        raise BadLine(
            line.number,
            f"expected tokens in every layer, but window {line.values[0]} has none in layer {empty[0]}",
        )
    return counts


def _instances(drafts: Sequence[Draft]) -> tuple[Instance, ...]:
    digests = [fingerprinted(history) for _, history in drafts]
    filled = referenced({d: history for d, (_, history) in zip(digests, drafts, strict=True)})
    return tuple(instance(name, d, filled[d]) for d, (name, _) in zip(digests, drafts, strict=True))


def _sample() -> Iterator[tuple[str | int, ...]]:
    yield "window", "layer", "expert", "tokens"
    (smoke,) = generated(Split.SMOKE)
    windows = smoke.data.windows
    for number in range(4 * STRETCH):
        # The few windows that SMOKE has, each time with the experts moved on by one.
        window = np.roll(windows[number % len(windows)], number, axis=1)
        for layer, expert in np.ndindex(*window.shape):
            yield number, layer, expert, int(window[layer, expert])


FORM = FileForm(
    columns=(
        Column("window", int, "number of the window; numbers may leave gaps, but never fall", "", 0, 10**9),
        Column("layer", int, "of the model, from 0", "", 0, MOST_LAYERS - 1),
        Column("expert", int, "of the layer, from 0", "", 0, V3.experts - 1),
        Column("tokens", int, "that asked the expert in the window", "", 0, 10**9),
    ),
    about=(
        "A row says how often an expert was asked in a window; experts without a row were not asked. The "
        f"model has as many layers as there are, and the smallest of {TINY.experts}, {LITE.experts} and "
        f"{V3.experts} experts that holds all of them, on {TINY.gpus}, {LITE.gpus} or {V3.gpus} GPUs as "
        f"in the generated workload. Every {STRETCH} windows are an instance and a block; a rest is left "
        "out."
    ),
    block="stretches",
    drafts=_drafts,
    instances=_instances,
    sample=_sample,
)
