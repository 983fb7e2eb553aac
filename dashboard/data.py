"""What the pages show, read from the store: kept up with, no event read twice. No streamlit here."""

import gc
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.courses import Course, Moment
from dashboard.glances import Glance, Glances
from dashboard.reading.refusals import attempts
from evolve.runs.comparison import Standing
from evolve.runs.device_checks import Checks, device_checks
from evolve.runs.errors import StoreError, UnknownRun
from evolve.runs.events import ASKED, COMMITTED, COMPARED, MEASURED, REPLIED, RESUMED, Event
from evolve.runs.header import Header
from evolve.runs.history import Outline, is_running, read_standings
from evolve.runs.ledger import Cost
from evolve.runs.marks import Marks, marks
from evolve.runs.records import Reader
from evolve.runs.state import State
from evolve.runs.store import RunRow, Store
from evolve.runs.trial import Challenge, Trial
from evolve.runs.verifications import Verifications, verifications
from evolve.search.elite import Elite
from problems.base import Problem, Split
from problems.registry import BrokenProblem, UnknownProblem, get

_KEPT: Final = 60_000
"""Steps of runs that are kept in memory at once, the latest looked at: some 200 MB."""
_MANY: Final = 1000
"""Steps of a run that is worth telling the collector of."""

_SCORES: Final = dict.fromkeys(("search", "validation", "best", "champion"), float)
"""Columns that a piece of a log may not have one of, and are numbers all the same."""


@dataclass(frozen=True, slots=True)
class Step:
    """A committed step in a line.

    Attributes:
        at: When it was committed, seconds since the epoch.
        faults: Kind and rule of each fault, once.
        attempts: What it tried that it may not, in words.
        cell: Where its behaviour lies in the archive; None if it never entered.
        best: Highest SEARCH score of the archive after it; None before there is one.
        champion: VALIDATION score of the champion after it; None before there is one.
        metrics: Means on SEARCH of the metrics that the problem tells.
        scores: On SEARCH, by instance in the run's order; empty if it did not get so far.
        usd_total: What models had cost after it.
        places: Numbers of its events in the log.
    """

    step: int
    at: float
    id: str | None
    outcome: str
    reason: str
    operator: str
    model: str | None
    search: float | None
    validation: float | None
    faults: tuple[tuple[str, str], ...]
    attempts: tuple[str, ...]
    is_promoted: bool
    is_quarantined: bool
    usd: float
    tokens: int
    cpu_s: float
    metrics: Mapping[str, float] = field(repr=False)
    is_kept: bool = False
    parents: tuple[int, ...] = ()
    cell: tuple[int, ...] | None = None
    best: float | None = None
    champion: float | None = None
    evaluated: int = 0
    usd_total: float = 0.0
    scores: np.ndarray = field(repr=False, default_factory=lambda: np.zeros(0))
    places: tuple[int, ...] = field(repr=False, default=())


class RunLog:
    """One run, kept up with: `refresh` reads what was written since, and nothing else.

    Attributes:
        steps: Committed so far, in order.
        state: What they amount to: archive, champion, tallies, money.
        standings: Of the latest comparison with the baselines; empty before it.
        best_known: Highest score on each instance of SEARCH, by any candidate.
    """

    def __init__(self, db: Path, run: str) -> None:
        self.db, self.run = db, run
        with Store.open(db, create=False) as store:
            self.header = Header.read(store, run)
        self.problem: Problem = get(self.header.spec.problem)
        self.steps: list[Step] = []
        self.state = State.empty(self.problem.axes)
        self.standings: tuple[Standing, ...] = ()
        layout = self.header.layouts.get(Split.SEARCH)
        self.instances: tuple[str, ...] = () if layout is None else tuple(name for name, _, _ in layout.rows)
        self.best_known = np.zeros(len(self.instances))
        self._seen = -1
        self._by_id: dict[str, int] = {}
        self._places: dict[int, list[int]] = {}
        self._reader: Reader | None = None
        self._frame = pd.DataFrame()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Its name in the store, as figures call it."""
        return self.run

    def refresh(self) -> int:
        """Reads new events and says how many there were.

        Raises:
            StoreError: The run was deleted meanwhile, or its log is damaged.
        """
        with self._lock, Store.open(self.db, create=False) as store:
            if self._reader is None:
                self._reader = Reader(store, self.header.layouts)
            reader = self._reader.at(store)
            number = 0
            for event in reader.ahead(store.events(self.run, after=self._seen)):
                self._take(reader, event)
                self._seen = event.seq
                number += 1
            return number

    def frame(self) -> pd.DataFrame:
        """A row a step, not to be changed: columns as `Step` without scores, metrics as `metric NAME`."""
        with self._lock:
            if len(self._frame) < len(self.steps):
                new = pd.DataFrame([_row(step) for step in self.steps[len(self._frame) :]]).astype(_SCORES)
                self._frame = pd.concat([self._frame, new], ignore_index=True) if len(self._frame) else new
            return self._frame

    def elites(self) -> list[Elite]:
        """What the archive holds now, one a cell."""
        with self._lock:
            return list(self.state.archive.grid)

    def leaders(self) -> list[tuple[str, list[tuple[int, float]]]]:
        """By group of instances: steps and scores of its best few, best first."""
        with self._lock:
            return [
                (group, [(self._by_id[leader.elite.candidate.id], leader.score) for leader in leaders])
                for group, leaders in self.state.archive.leaders
            ]

    def step_of(self, identity: str) -> int | None:
        """Which step first came to a candidate."""
        return self._by_id.get(identity)

    def _take(self, reader: Reader, event: Event) -> None:
        if event.step is not None and event.kind in {ASKED, REPLIED, MEASURED, COMMITTED}:
            self._places.setdefault(event.step, []).append(event.seq)
        if event.kind == COMPARED:
            self.standings = read_standings(event.body)
        elif event.kind == RESUMED:
            self.state.accounts.lose(Cost(*doubt) for _, *doubt in event.body.get("doubts", ()))
        found = reader.read(event)
        if found is not None:
            self._commit(event, *found)

    def _commit(self, event: Event, trial: Trial, challenge: Challenge | None) -> None:
        kept = bool(self.state.apply(trial, challenge))
        if trial.candidate is not None:
            self._by_id.setdefault(trial.candidate.id, trial.step)
        search = trial.evaluations.get(Split.SEARCH)
        scores = np.zeros(0)
        if search is not None and search.complete and len(search.measurements) == len(self.instances):
            scores = np.array(search.measurements.scores)
            if not trial.beyond_bound:
                self.best_known = np.maximum(self.best_known, scores)
        best, champion = self.state.archive.best, self.state.champion
        step = replace(
            _step(trial, challenge, at=event.at),
            is_kept=kept,
            parents=tuple(self._by_id[p] for p in (trial.candidate.parents if trial.candidate else ())),
            cell=self.state.archive.grid.cell(search) if kept and search is not None else None,
            best=None if best is None else best.score,
            champion=None if champion is None else champion.validation.score,
            evaluated=self.state.evaluated,
            usd_total=self.state.accounts.ledger.spent.usd,
            scores=scores,
            places=tuple(self._places.pop(trial.step, ())),
        )
        self.steps.append(step)


def _step(trial: Trial, challenge: Challenge | None, *, at: float) -> Step:
    """Tells what a trial itself says."""
    search, validation = (trial.evaluations.get(split) for split in (Split.SEARCH, Split.VALIDATION))
    faults = [fault for evaluation in trial.evaluations.values() for _, fault in evaluation.faults]
    reply, completion = trial.reply, None if trial.reply is None else trial.reply.completion
    return Step(
        step=trial.step,
        at=at,
        id=None if trial.candidate is None else trial.candidate.id,
        outcome=str(trial.kind),
        reason=trial.reason,
        operator=trial.operator,
        model=None if reply is None else reply.model,
        search=None if search is None else search.score,
        validation=None if validation is None else validation.score,
        faults=tuple(dict.fromkeys((str(f.kind), f.rule) for f in faults)),
        attempts=attempts(((f.rule, f.message) for f in faults), is_beyond=trial.beyond_bound),
        is_promoted=challenge is not None and challenge.promoted,
        is_quarantined=trial.beyond_bound,
        usd=0.0 if reply is None else reply.cost.usd,
        tokens=0 if completion is None else completion.input_tokens + completion.output_tokens,
        cpu_s=sum(usage.cpu_s for usage in trial.usage.values()),
        metrics={} if search is None else search.metrics,
    )


def _row(step: Step) -> dict[str, Any]:
    return {
        **{
            name: getattr(step, name)
            for name in Step.__slots__
            if name not in {"scores", "metrics", "places"}
        },
        **{f"metric {name}": value for name, value in step.metrics.items()},
    }


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in the list.

    Attributes:
        lead: Champion minus the best baseline on VALIDATION, in words; empty before the comparison.
        score: The champion's on VALIDATION; None before there is one.
        usd: What models cost, calls in doubt included.
        improved: When a champion was last overthrown; None if none ever was.
        course: How its champions scored on VALIDATION.
        tags: On any of its candidates, each once.
    """

    row: RunRow
    outline: Outline
    lead: str
    score: float | None
    usd: float
    improved: Moment | None
    course: Course
    tags: tuple[str, ...]


class Library:
    """The runs of one store; threads of several viewers share it."""

    def __init__(self, db: Path) -> None:
        self.db = db
        self._logs: OrderedDict[str, RunLog] = OrderedDict()
        self._glances = Glances(db)
        self._lock, self._listing = threading.Lock(), threading.Lock()

    def runs(self, *, archived: bool = False) -> list[Summary]:
        """Lists runs, newest first; those put away too if asked.

        Raises:
            StoreError: There is no store, or it cannot be read.
        """
        with self._listing:
            return [
                _summary(row, glance, told)
                for row, glance, told in self._glances.all(now=time.time())
                if archived or not glance.marks.archived
            ]

    @property
    def unread(self) -> Mapping[str, str]:
        """Name of each run that could not be listed the last time, and why not."""
        return self._glances.unread

    def log(self, run: str) -> RunLog:
        """Gives a run as far as it is written now.

        Raises:
            StoreError: There is no such run, or its log is damaged.
        """
        with self._lock:
            known = self._logs.pop(run, None)
            log = self._logs[run] = known or RunLog(self.db, run)
            while len(self._logs) > 1 and sum(len(kept.steps) for kept in self._logs.values()) > _KEPT:
                self._logs.popitem(last=False)
        with ExitStack() as failed:
            failed.callback(self._forget, run)  # deleted, or another run of the same name by now
            log.refresh()
            failed.pop_all()
        if known is None and len(log.steps) >= _MANY:
            settle()
        return log

    def ahead(self, run: str) -> None:
        """Begins to read a run for the page that comes next, if it was not read yet; returns at once."""
        with self._lock:
            is_read = run in self._logs
        if not is_read:
            threading.Thread(target=self._read, args=(run,), name=f"ahead {run}", daemon=True).start()

    def _read(self, run: str) -> None:
        with suppress(StoreError, BrokenProblem, UnknownProblem, ValueError, LookupError):
            self.log(run)  # what is wrong with it, the page says that comes next

    def _forget(self, run: str) -> None:
        with self._lock:
            self._logs.pop(run, None)

    def goes_on(self, run: str) -> bool:
        """Whether a process writes the run now, so that looking again is worth it."""
        try:
            with Store.open(self.db, create=False) as store:
                return is_running(store, run, now=time.time())
        except UnknownRun:
            return False  # deleted meanwhile

    def told(self, run: str) -> tuple[Marks, Verifications, Checks]:
        """What people, verifications and devices said of a run so far."""
        with Store.open(self.db, create=False) as store:
            return marks(store, run), verifications(store, run), device_checks(store, run)


def settle() -> None:
    """Tells the collector of garbage that what is here now will stay.

    Streamlit has it look through all there is after every drawing: of a run of 10,000 candidates that took
    longer than to draw it.
    """
    gc.collect()
    gc.freeze()


@cache
def library(db: Path) -> Library:
    """The one of this process for a store: all viewers share it."""
    return Library(db)


def _summary(row: RunRow, glance: Glance, told: Outline) -> Summary:
    tags = dict.fromkeys(tag for tags in glance.marks.tags.values() for tag in tags)
    lead = _lead(told.standings)
    course = glance.course(row.name, told)
    return Summary(row, told, lead, glance.score, glance.usd, glance.improved, course, tuple(tags))


def _lead(standings: Sequence[Standing]) -> str:
    rivals = [row for row in standings if row.split is Split.VALIDATION and row.lead is not None]
    best = max(rivals, key=lambda row: row.score, default=None)
    return "" if best is None else f"{best.lead} over {best.name}"
