"""One candidate in full, read from the log when it is looked at."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from dashboard.data import RunLog, Step
from evolve.cli.terminal import harmless
from evolve.models.language_model import Request
from evolve.runs.events import ASKED, COMMITTED, MEASURED, REPLIED, Event
from evolve.runs.packing import unpack, unpack_usage
from evolve.runs.records import read_challenge
from evolve.runs.reply import Reply
from evolve.runs.requests import read_request
from evolve.runs.rescoring import Rescoring, rescorings
from evolve.runs.store import Store
from evolve.runs.trial import Challenge
from evolve.search.feedback import feedback
from problems.base import Split

MOST_CHARACTERS: Final = 200_000
"""Of any text that is shown: more would choke a browser, and nobody reads it there."""

_COLUMNS: Final = (
    "split",
    "instance",
    "block",
    "score",
    "best known",
    "regret",
    "over parent",
    "over champion",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a candidate."""

    split: str
    instance: str
    kind: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Effort:
    """What measuring took on a split: CPU seconds of the candidate, wall seconds, bytes at most."""

    split: str
    cpu_s: float
    wall_s: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Detail:
    """A candidate with everything that its events hold.

    Attributes:
        source: None if the step came to no candidate.
        instances: A row an instance of every split that was measured: split, instance, block, score, on
            SEARCH the best known score, the regret and the lead over the first parent, the lead over the
            champion of now, then metrics.
        printed: What it printed while it was measured; empty if nothing.
        feedback: What the next proposal would be told of it; None if it was not measured.
        request: What a model was asked; None if none was.
        reply: What came back; None likewise.
        detail: What a rejection has to say beyond its reason; else empty.
        challenge: None if it made none.
        rescored: When it was measured anew after a repair of its evaluator, the latest last.
        took_s: From the moment it was asked to its commit, the wait for earlier steps included.
    """

    step: Step
    source: str | None
    instances: pd.DataFrame = field(repr=False)
    faults: tuple[Fault, ...]
    printed: str
    feedback: str | None
    request: Request | None
    reply: Reply | None
    detail: str
    challenge: Challenge | None
    efforts: tuple[Effort, ...]
    rescored: tuple[Rescoring, ...]
    took_s: float


def detail_of(log: RunLog, number: int) -> Detail:
    """Reads a step's events.

    Raises:
        LookupError: There is no such step.
        StoreError: The run was deleted, or its log is damaged.
    """
    if not 0 <= number < len(log.steps):
        raise LookupError(f"run {log.run!r} has no step {number}; it has steps 0 to {len(log.steps) - 1}")
    step = log.steps[number]
    with Store.open(log.db, create=False) as store:
        read = _read(log, store, step.places)
        anew = tuple(each for each in rescorings(store, log.run) if number in each.scores)
        parent = _read(log, store, log.steps[step.parents[0]].places) if step.parents else _Events()
    every = [(split, n, m) for split, e in read.evaluations.items() for n, m in enumerate(e.measurements)]
    search, reference = (r.evaluations.get(Split.SEARCH) for r in (read, parent))
    told = search or read.evaluations.get(Split.SMOKE)
    return Detail(
        step=step,
        source=read.source,
        instances=_instances(log, step, every),
        faults=tuple(
            Fault(str(split), m.instance, str(m.fault.kind), m.fault.rule, m.fault.message)
            for split, _, m in every
            if m.fault is not None
        ),
        printed=next((m.printed for _, _, m in every if m.printed), ""),
        feedback=None if told is None else feedback(told, None if search is None else reference),
        request=read.request,
        reply=read.reply,
        detail=read.detail,
        challenge=read.challenge,
        efforts=tuple(Effort(str(s), u.cpu_s, u.wall_s, u.peak_bytes) for s, u in read.usage.items()),
        rescored=anew,
        took_s=max(0.0, step.at - read.asked_at),
    )


@dataclass(slots=True)
class _Events:
    """What a step's events hold."""

    request: Request | None = None
    reply: Reply | None = None
    source: str | None = None
    detail: str = ""
    challenge: Challenge | None = None
    asked_at: float = math.inf
    evaluations: dict[Split, Any] = field(default_factory=dict)
    usage: dict[Split, Any] = field(default_factory=dict)


def _read(log: RunLog, store: Store, places: Sequence[int]) -> _Events:
    found = _Events()
    for event in _events(store, log.run, places):
        if event.kind == ASKED:
            found.asked_at, found.request = event.at, read_request(event.body, store.text)
        elif event.kind == REPLIED:
            text = event.body.get("text")
            found.reply = Reply.of(event.body, None if text is None else store.text(text))
        elif event.kind == MEASURED:
            split = Split(event.body["stage"])
            found.evaluations[split] = unpack(event.body, log.header.layouts)
            found.usage[split] = unpack_usage(event.body)
        elif event.kind == COMMITTED:
            found.source = store.text(event.body["text"]) if event.body.get("text") else None
            found.detail = event.body.get("detail", "")
            found.challenge = read_challenge(event.body.get("challenge"))
    return found


def _instances(log: RunLog, step: Step, measured: Sequence[tuple[Split, int, Any]]) -> pd.DataFrame:
    parent = log.steps[step.parents[0]].scores if step.parents else ()
    champion = log.state.champion
    if champion is None or champion.step == step.step:
        best = {}
    else:
        sides = {Split.SEARCH: champion.search, Split.VALIDATION: champion.validation}
        best = {(split, m.instance): m.score for split, e in sides.items() for m in e.measurements}
    rows = []
    for split, place, found in measured:
        row = {"split": str(split), "instance": found.instance, "block": found.block, "score": found.score}
        if split is Split.SEARCH and place < len(log.best_known):
            row |= {"best known": log.best_known[place], "regret": log.best_known[place] - found.score}
        if split is Split.SEARCH and place < len(parent):
            row["over parent"] = found.score - parent[place]
        if (split, found.instance) in best:
            row["over champion"] = found.score - best[split, found.instance]
        rows.append({**row, **found.metrics})
    ordered = dict.fromkeys([*_COLUMNS, *(name for row in rows for name in row)])
    return pd.DataFrame(rows, columns=[name for name in ordered if any(name in row for row in rows)])


def _events(store: Store, run: str, places: Sequence[int]) -> Iterator[Event]:
    for place in places:
        yield next(store.events(run, after=place - 1, kinds=(ASKED, REPLIED, MEASURED, COMMITTED)))


def source_of(log: RunLog, number: int) -> str | None:
    """Reads the source of a step's candidate; None if it came to none."""
    step = log.steps[number]
    with Store.open(log.db, create=False) as store:
        for event in _events(store, log.run, step.places[-1:]):
            return store.text(event.body["text"]) if event.body.get("text") else None
    return None


def ancestors(log: RunLog, number: int) -> list[Step]:
    """The line of first parents from a candidate back to its seed, itself first."""
    found = [log.steps[number]]
    while found[-1].parents:
        found.append(log.steps[found[-1].parents[0]])
    return found


def descent(log: RunLog, number: int) -> list[Step]:
    """All ancestors of a candidate by any parent, itself included, in order of steps."""
    found, left = {number}, [number]
    while left:
        for parent in log.steps[left.pop()].parents:
            if parent not in found:
                found.add(parent)
                left.append(parent)
    return [log.steps[n] for n in sorted(found)]


def seed_step(log: RunLog, baseline: str) -> int | None:
    """The step at which a baseline was measured as one of the run's seeds; None if it was not."""
    seeds = log.header.spec.seeds
    if baseline not in seeds or baseline in log.header.sources or len(log.steps) < len(seeds):
        return None
    return seeds.index(baseline)


def kin(log: RunLog, number: int) -> tuple[int | None, int | None]:
    """The steps before and after a candidate in its line; None where the line ends.

    Before it is its first parent. After it is, of its children, the one on the way to the champion, else the
    best on SEARCH.
    """
    before = log.steps[number].parents
    children = [s for s in log.steps if s.step > number and number in s.parents[:1] and s.id is not None]
    champion = log.state.champion
    line = {step.step for step in ancestors(log, champion.step)} if champion is not None else set()
    ordered = sorted(children, key=lambda s: (s.step in line, s.search or -1.0), reverse=True)
    return (before[0] if before else None), (ordered[0].step if ordered else None)


def shortened(text: str) -> str:
    """The text, or its beginning and a note on how much was left out; what could hide text is escaped."""
    shown = harmless(text[:MOST_CHARACTERS])
    if len(text) <= MOST_CHARACTERS:
        return shown
    return f"{shown}\n... {len(text) - MOST_CHARACTERS:,} characters more, in the log"
