"""How a candidate came about: its ancestors, and what each edit on the way bought. No streamlit here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from dashboard.data import RunLog, Step
from dashboard.reading.detail import ancestors, descent
from dashboard.reading.differences import Difference, difference
from evolve.cli.terminal import harmless
from evolve.runs.events import COMMITTED
from evolve.runs.gains import gain
from evolve.runs.store import Store
from problems.base import Split

SEED: Final = "seed"
SURE: Final = "sure gain"
UNSURE: Final = "gain, perhaps chance"
NONE: Final = "no gain"
UNSCORED: Final = "gain unknown"
VERDICTS: Final = (SEED, SURE, UNSURE, NONE, UNSCORED)
"""What an edit came to on SEARCH; a gain is sure if its interval is above 0."""
LINE, FIRST, OTHER = "line", "first", "other"
"""How a parent is one: on the line of first parents, the first of another child, or one more."""
MOST: Final = 200
"""Ancestors that are drawn; of more, the line of first parents and what came into it are kept."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What a candidate has more than its first parent, on SEARCH.

    Attributes:
        parent: Step of that; None of a seed.
        gain: Its score minus the parent's; None if either has none.
        told: The same with its paired 95 % interval over blocks, in words; empty without one.
        verdict: One of `VERDICTS`.
    """

    parent: int | None
    gain: float | None
    told: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of a line of first parents.

    Attributes:
        step: What came of it.
        gained: By it.
        change: Of the text; None of a seed, and of texts that are too long to compare.
    """

    step: Step
    gained: Gain
    change: Difference | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """How a candidate came about.

    Attributes:
        edits: From its seed to itself, by first parents.
        nodes: A row an ancestor that is drawn: `step`, `edits` (most of them from a seed), `score`,
            `operator`, `told` and `verdict` of what it gained. One without a score stands at its parent's.
        ties: A row a parent and child of those: places of both, and `kind`, how the parent is one. `edits`
            and `score` are the parent's, `to_edits` and `to_score` the child's.
    """

    edits: tuple[Edit, ...]
    nodes: pd.DataFrame
    ties: pd.DataFrame


def lineage(log: RunLog, number: int) -> Lineage:
    """Tells how a candidate came about.

    Raises:
        StoreError: The run was deleted, or its log is damaged.
    """
    shown, line = kin(log, number), ancestors(log, number)[::-1]
    gained = {step.step: _gained(log, step) for step in shown}
    texts = _sources(log, line)
    pairs = zip((None, *line), line, strict=False)
    edits = [Edit(step, gained[step.step], _change(texts, step, before)) for before, step in pairs]
    nodes = _nodes(log, shown, gained)
    return Lineage(tuple(edits), nodes, _ties(shown, nodes, trunk={step.step for step in line}))


def kin(log: RunLog, number: int) -> list[Step]:
    """The ancestors of a candidate that are drawn, itself included, in order of steps."""
    every = descent(log, number)
    if len(every) <= MOST:
        return every
    trunk = ancestors(log, number)
    kept = {step.step for step in trunk} | {p for step in trunk for p in step.parents}
    return [step for step in every if step.step in kept]


def _nodes(log: RunLog, shown: Sequence[Step], gained: Mapping[int, Gain]) -> pd.DataFrame:
    edits: dict[int, int] = {}
    rows = []
    for step in shown:
        edits[step.step] = 1 + max((edits[p] for p in step.parents if p in edits), default=-1)
        found = gained[step.step]
        beside = None if found.parent is None else log.steps[found.parent].search
        score = step.search if step.search is not None else beside
        told = found.told or "none"
        rows.append((step.step, edits[step.step], score, harmless(step.operator), told, found.verdict))
    return pd.DataFrame(rows, columns=["step", "edits", "score", "operator", "told", "verdict"])


def _ties(shown: Sequence[Step], nodes: pd.DataFrame, *, trunk: Collection[int]) -> pd.DataFrame:
    places = zip(nodes["edits"], nodes["score"], strict=True)
    at = dict(zip(nodes["step"], places, strict=True))
    rows = [
        (*at[parent], *at[step.step], kind)
        for step in shown
        for parent, kind in zip(step.parents, _kinds(step, trunk), strict=True)
        if parent in at
    ]
    return pd.DataFrame(rows, columns=["edits", "score", "to_edits", "to_score", "kind"]).dropna()


def _kinds(step: Step, trunk: Collection[int]) -> list[str]:
    first = LINE if step.step in trunk else FIRST
    return [OTHER if place else first for place, _ in enumerate(step.parents)]


def _gained(log: RunLog, step: Step) -> Gain:
    if not step.parents:
        return Gain(None, None, "", SEED if step.search is not None else UNSCORED)
    parent = log.steps[step.parents[0]]
    if not len(step.scores) or not len(parent.scores):
        return Gain(parent.step, None, "", UNSCORED)
    found = gain(log.header.layouts[Split.SEARCH], step.scores, parent.scores, np.random.default_rng(0))
    verdict = NONE if found.difference <= 0.0 else SURE if found.above_zero else UNSURE
    return Gain(parent.step, found.difference, str(found), verdict)


def _change(texts: Mapping[int, str], step: Step, before: Step | None) -> Difference | None:
    if before is None:
        return None
    names = (f"step {before.step}", f"step {step.step}")
    return difference(texts[before.step], texts.get(step.step, ""), names=names)


def _sources(log: RunLog, steps: Sequence[Step]) -> Mapping[int, str]:
    """Reads texts by step; a step that came to no candidate has none."""
    found = {}
    with Store.open(log.db, create=False) as store:
        for step in steps:
            committed = next(store.events(log.run, after=step.places[-1] - 1, kinds=(COMMITTED,)))
            if committed.body.get("text"):
                found[step.step] = store.text(committed.body["text"])
    return found
