"""Runs in a line each, kept up with: a long log is not read again for a list. No streamlit here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evolve.cli.run_names import HOLDOUT_LOG
from evolve.runs.errors import StoreError, UnknownRun
from evolve.runs.events import ARCHIVED, MEASURED, PROMOTED, REPLIED, RESUMED, TAGGED, Event
from evolve.runs.header import Header
from evolve.runs.history import Outline, Sketch
from evolve.runs.marks import Marks, marks
from evolve.runs.packing import unpack
from evolve.runs.store import RunRow, Store
from problems.base import Split

_EVENTS: Final = 8
"""A step has fewer, and they stand together."""
_KINDS: Final = (*Sketch.KINDS, REPLIED, TAGGED, ARCHIVED)


@dataclass(frozen=True, slots=True)
class Improvement:
    """When a champion was last overthrown.

    Attributes:
        evaluated: Candidates that had been evaluated by then, it included.
        at: Seconds since the epoch.
    """

    evaluated: int
    at: float


class Glance:
    """One run, as far as it was looked at.

    Attributes:
        usd: What models cost, calls in doubt included.
        improved: None if what the run started from still leads.
        score: The champion's on VALIDATION; None before there is one.
    """

    def __init__(self) -> None:
        self.usd = 0.0
        self.improved: Improvement | None = None
        self.score: float | None = None
        self.marks = Marks({}, (), archived=False)
        self._header: Header | None = None
        self._sketch = Sketch()
        self._seen = -1

    def look(self, store: Store, run: str, *, now: float) -> Outline:
        """Reads what was written since.

        Raises:
            StoreError: The run was deleted meanwhile, or its log is damaged.
        """
        kinds, promoted = set[str](), None
        for event in store.events(run, after=self._seen, kinds=_KINDS):
            self._take(event)
            kinds.add(event.kind)
            promoted = event if event.kind == PROMOTED else promoted
            self._seen = event.seq
        if self._header is None or RESUMED in kinds:
            self._header = Header.read(store, run)
        if promoted is not None:
            self.score = _validation(store, promoted, self._header)
        if kinds & {TAGGED, ARCHIVED}:
            self.marks = marks(store, run)
        return self._sketch.outline(store, run, self._header, now=now)

    def _take(self, event: Event) -> None:
        if event.kind in Sketch.KINDS:
            self._sketch.take(event)
        if event.kind == REPLIED:
            self.usd += event.body["usd"]
        elif event.kind == RESUMED:
            self.usd += sum(usd for _, usd, _ in event.body.get("doubts", ()))
        elif event.kind == PROMOTED and event.body["challenge"] is not None:
            self.improved = Improvement(self._sketch.evaluated, event.at)


def _validation(store: Store, promoted: Event, header: Header) -> float | None:
    """Reads the score by which a champion was promoted: it stands shortly before."""
    for event in store.events(promoted.run, after=promoted.seq - _EVENTS, kinds=(MEASURED,)):
        if event.step == promoted.step and event.body["stage"] == Split.VALIDATION:
            return unpack(event.body, header.layouts).score
    return None


class Glances:
    """All runs of a store.

    Attributes:
        unread: Name of each run that could not be read at the last look, and why not.
    """

    def __init__(self, db: Path) -> None:
        self._db = db
        self.unread: Mapping[str, str] = {}
        self._kept: Mapping[tuple[str, float], Glance] = {}

    def all(self, *, now: float) -> list[tuple[RunRow, Glance, Outline]]:
        """Reads what was written since, newest run first; a deleted run whose name is taken again is new.

        Raises:
            StoreError: There is no store, or it cannot be read.
        """
        with Store.open(self._db, create=False) as store:
            rows = [row for row in store.runs() if row.name != HOLDOUT_LOG]
            kept = {(row.name, row.created_at): row for row in rows}
            self._kept = {key: self._kept.get(key) or Glance() for key in kept}
            found, unread = [], {}
            for key, row in kept.items():
                try:
                    found.append((row, self._kept[key], self._kept[key].look(store, row.name, now=now)))
                except UnknownRun:
                    continue  # deleted meanwhile
                except (StoreError, ValueError, LookupError) as error:  # damaged, or of another version
                    unread[row.name] = str(error)
            self.unread = unread
            return found
