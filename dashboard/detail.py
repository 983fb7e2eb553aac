"""One candidate in full, read from the log when it is looked at."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from dashboard.data import RunLog, Step
from evolve.models.language_model import Request
from evolve.runs.events import ASKED, COMMITTED, MEASURED, REPLIED, Event
from evolve.runs.packing import unpack
from evolve.runs.reply import Reply
from evolve.runs.requests import read_request
from evolve.runs.store import Store
from evolve.search.feedback import feedback
from problems.base import Split

MOST_CHARACTERS: Final = 200_000
"""Of any text that is shown: more would choke a browser, and nobody reads it there."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a candidate."""

    split: str
    instance: str
    kind: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A candidate with everything that its events hold.

    Attributes:
        source: None if the step came to no candidate.
        instances: A row an instance of every split that was measured: split, instance, block, score, metrics,
            and on SEARCH the best known score and the regret.
        printed: What it printed while it was measured; empty if nothing.
        feedback: What the next proposal would be told of it; None if it was not measured.
        request: What a model was asked; None if none was.
        reply: What came back; None likewise.
    """

    step: Step
    source: str | None
    instances: pd.DataFrame
    faults: tuple[Fault, ...]
    printed: str
    feedback: str | None
    request: Request | None
    reply: Reply | None
    detail: str


def detail_of(log: RunLog, number: int) -> Detail:
    """Reads a step's events.

    Raises:
        LookupError: There is no such step.
        StoreError: The run was deleted, or its log is damaged.
    """
    if not 0 <= number < len(log.steps):
        raise LookupError(f"run {log.run!r} has no step {number}; it has steps 0 to {len(log.steps) - 1}")
    step = log.steps[number]
    request, reply, source, told, evaluations = _read(log, step)
    every = [(split, place, m) for split, e in evaluations.items() for place, m in enumerate(e.measurements)]
    last = evaluations.get(Split.SEARCH) or evaluations.get(Split.SMOKE)
    return Detail(
        step=step,
        source=source,
        instances=pd.DataFrame([_row(log, *one) for one in every]),
        faults=tuple(
            Fault(str(split), m.instance, str(m.fault.kind), m.fault.rule, m.fault.message)
            for split, _, m in every
            if m.fault is not None
        ),
        printed=next((m.printed for _, _, m in every if m.printed), ""),
        feedback=None if last is None else feedback(last, None),
        request=request,
        reply=reply,
        detail=told,
    )


def _read(
    log: RunLog, step: Step
) -> tuple[Request | None, Reply | None, str | None, str, Mapping[Split, Any]]:
    """Reads what a step's events hold: request, reply, source, what is told of it, evaluations."""
    request, reply, source, told = None, None, None, ""
    evaluations = {}
    with Store.open(log.db, create=False) as store:
        for event in _events(store, log.run, step.places):
            if event.kind == ASKED:
                request = read_request(event.body, store.text)
            elif event.kind == REPLIED:
                text = event.body.get("text")
                reply = Reply.of(event.body, None if text is None else store.text(text))
            elif event.kind == MEASURED:
                evaluations[Split(event.body["stage"])] = unpack(event.body, log.header.layouts)
            elif event.kind == COMMITTED:
                source = store.text(event.body["text"]) if event.body.get("text") else None
                told = event.body.get("detail", "")
    return request, reply, source, told, evaluations


def _row(log: RunLog, split: Split, place: int, found: Any) -> dict[str, Any]:  # noqa: ANN401 - a Measurement
    row = {"split": str(split), "instance": found.instance, "block": found.block, "score": found.score}
    if split is Split.SEARCH and place < len(log.best_known):
        row |= {"best known": log.best_known[place], "regret": log.best_known[place] - found.score}
    return {**row, **found.metrics}


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


def diff(old: str, new: str, *, names: tuple[str, str]) -> str:
    """A unified diff; empty if both are alike."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), *names, lineterm="", n=3)
    return "\n".join(lines)


def shortened(text: str) -> str:
    """The text, or its beginning and a note on how much was left out."""
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\n... {len(text) - MOST_CHARACTERS:,} characters more, in the log"
