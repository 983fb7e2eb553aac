"""Runs in a line each, kept up with: a long log is not read again for a list. No streamlit here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dashboard.courses import Course, Moment
from evolve.cli.run_names import HOLDOUT_LOG
from evolve.runs.errors import StoreError, UnknownRun
from evolve.runs.events import ARCHIVED, COMMITTED, MEASURED, PROMOTED, REPLIED, RESUMED, TAGGED, Event
from evolve.runs.header import Header
from evolve.runs.history import Outline, Sketch
from evolve.runs.marks import Marks, marks
from evolve.runs.packing import unpack
from evolve.runs.store import RunRow, Store
from problems.base import Split

_EVENTS: Final = 8
"""A step has fewer, and they stand together."""
_KINDS: Final = (*Sketch.KINDS, REPLIED, TAGGED, ARCHIVED)


class Glance:
    """One run, as far as it was looked at.

    Attributes:
        usd: What models cost, calls in doubt included.
        improved: When a champion was last overthrown; None if what the run started from still leads.
        rises: When a champion was promoted, with its score on VALIDATION.
        latest: The last commit; None before there is one.
    """

    def __init__(self) -> None:
        self.usd = 0.0
        self.improved: Moment | None = None
        self.rises: list[tuple[Moment, float]] = []
        self.latest: Moment | None = None
        self.marks = Marks({}, (), archived=False)
        self._began = 0.0
        self._header: Header | None = None
        self._sketch = Sketch()
        self._seen = -1

    @property
    def score(self) -> float | None:
        """The champion's on VALIDATION; None before there is one."""
        return self.rises[-1][1] if self.rises else None

    def look(self, store: Store, run: str, *, now: float) -> Outline:
        """Reads what was written since.

        Raises:
            StoreError: The run was deleted meanwhile, or its log is damaged.
        """
        kinds, promoted = set[str](), list[tuple[Event, Moment]]()
        for event in store.events(run, after=self._seen, kinds=_KINDS):
            self._take(event)
            kinds.add(event.kind)
            if event.kind == PROMOTED and self.latest is not None:
                promoted.append((event, self.latest))
            self._seen = event.seq
        if self._header is None or RESUMED in kinds:
            self._header = Header.read(store, run)
        for event, moment in promoted:
            score = _validation(store, event, self._header)
            if score is not None:
                self.rises.append((moment, score))
        if kinds & {TAGGED, ARCHIVED}:
            self.marks = marks(store, run)
        return self._sketch.outline(store, run, self._header, now=now)

    def course(self, run: str, told: Outline) -> Course:
        """How its champions scored on VALIDATION, told without reading the log."""
        end = [(self.latest, self.score)] if self.latest is not None and self.score is not None else []
        points = [*self.rises, *end]
        return Course(run, told.header, Split.VALIDATION, points, self._began, told.standings)

    def _take(self, event: Event) -> None:
        if event.kind in Sketch.KINDS:
            self._sketch.take(event)
        if event.kind == REPLIED:
            self.usd += event.body["usd"]
        elif event.kind == RESUMED:
            self.usd += sum(usd for _, usd, _ in event.body.get("doubts", ()))
        elif event.kind == COMMITTED:
            self._began = self._began or event.at
            self.latest = Moment(self._sketch.evaluated, self.usd, event.at)
        elif event.kind == PROMOTED and event.body["challenge"] is not None:
            self.improved = self.latest


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
        self._kept: dict[tuple[str, float], Glance] = {}

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
                    del self._kept[key]  # deleted meanwhile
                except (StoreError, ValueError, LookupError) as error:  # damaged, or of another version
                    unread[row.name] = str(error)
                    del self._kept[key]  # what was half looked at is looked at anew
            self.unread = unread
            return found
