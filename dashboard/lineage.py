"""How a candidate came about: its ancestors, and what each edit on the way bought. No streamlit here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from dashboard.data import RunLog, Step
from dashboard.detail import ancestors, descent
from dashboard.differences import Difference, difference
from evolve.runs.events import COMMITTED
from evolve.runs.gains import gain
from evolve.runs.store import Store
from problems.base import Split

SEED: Final = "seed"
SURE: Final = "sure gain"
UNSURE: Final = "gain, perhaps chance"
NONE: Final = "no gain"
UNSCORED: Final = "no score"
VERDICTS: Final = (SEED, SURE, UNSURE, NONE, UNSCORED)
"""What an edit came to on SEARCH; a gain is sure if its interval is above 0."""
LINE, FIRST, OTHER = "line", "first", "other"
"""How a parent is one: on the line of first parents, the first of another child, or one more."""
MOST: Final = 200
"""Ancestors that are drawn; of more, the line of first parents and what came into it are kept."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of a line of first parents.

    Attributes:
        step: What came of it.
        parent: What it was made of first; None of a seed.
        gain: Score on SEARCH minus the parent's; None if either has none.
        told: The same with its paired 95 % interval over blocks, in words; empty without one.
        verdict: One of `VERDICTS`.
        change: Of the text; None of a seed, and of texts that are too long to compare.
    """

    step: Step
    parent: int | None
    gain: float | None
    told: str
    verdict: str
    change: Difference | None


def line(log: RunLog, number: int) -> list[Edit]:
    """Tells the edits from the seed of a candidate to itself, by first parents.

    Raises:
        StoreError: The run was deleted, or its log is damaged.
    """
    steps = ancestors(log, number)[::-1]
    texts = _sources(log, steps)
    pairs = zip((None, *steps), steps, strict=False)
    return [Edit(step, *_gained(log, step), _change(texts, step, before)) for before, step in pairs]


def kin(log: RunLog, number: int) -> list[Step]:
    """The ancestors of a candidate that are drawn, itself included, in order of steps."""
    every = descent(log, number)
    if len(every) <= MOST:
        return every
    trunk = ancestors(log, number)
    kept = {step.step for step in trunk} | {p for step in trunk for p in step.parents}
    return [step for step in every if step.step in kept]


def nodes(log: RunLog, shown: Sequence[Step]) -> pd.DataFrame:
    """A row a candidate: `step`, `edits` (most of them from a seed), `score`, `operator`, `told`, `verdict`.

    One without a score stands at its parent's.
    """
    edits: dict[int, int] = {}
    rows = []
    for step in shown:
        edits[step.step] = 1 + max((edits[p] for p in step.parents if p in edits), default=-1)
        parent, _, told, verdict = _gained(log, step)
        beside = None if parent is None else log.steps[parent].search
        score = step.search if step.search is not None else beside
        rows.append((step.step, edits[step.step], score, step.operator, told or "none", verdict))
    return pd.DataFrame(rows, columns=["step", "edits", "score", "operator", "told", "verdict"])


def ties(log: RunLog, shown: Sequence[Step], placed: pd.DataFrame) -> pd.DataFrame:
    """A row a parent and child of those shown: places of both, and `kind`, how the parent is one.

    Columns `edits` and `score` are the parent's, `to_edits` and `to_score` the child's. The line is that of
    the last of those shown.
    """
    at = placed.set_index("step")
    trunk = {step.step for step in ancestors(log, shown[-1].step)}
    rows = [
        (*at.loc[parent, ["edits", "score"]], *at.loc[step.step, ["edits", "score"]], kind)
        for step in shown
        for parent, kind in zip(step.parents, _kinds(step, trunk), strict=True)
        if parent in at.index
    ]
    return pd.DataFrame(rows, columns=["edits", "score", "to_edits", "to_score", "kind"]).dropna()


def _kinds(step: Step, trunk: Collection[int]) -> list[str]:
    first = LINE if step.step in trunk else FIRST
    return [OTHER if place else first for place, _ in enumerate(step.parents)]


def _gained(log: RunLog, step: Step) -> tuple[int | None, float | None, str, str]:
    """Holds a step against its first parent: the parent, the gain, the same in words, the verdict."""
    if not step.parents:
        return None, None, "", SEED if step.search is not None else UNSCORED
    parent = log.steps[step.parents[0]]
    if not len(step.scores) or not len(parent.scores):
        return parent.step, None, "", UNSCORED
    found = gain(log.header.layouts[Split.SEARCH], step.scores, parent.scores, np.random.default_rng(0))
    verdict = NONE if found.difference <= 0.0 else SURE if found.above_zero else UNSURE
    return parent.step, found.difference, str(found), verdict


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
