"""A run read back from its log, without going on with it."""

import enum
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from evolve.models.language_model import Request
from evolve.runs.comparison import Standing
from evolve.runs.errors import RunLocked
from evolve.runs.events import ASKED, COMMITTED, COMPARED, PROMOTED, RESUMED, RUN_STARTED, STOPPED, Event
from evolve.runs.header import Header
from evolve.runs.records import Reader
from evolve.runs.requests import read_request
from evolve.runs.state import State
from evolve.runs.store import Store
from evolve.runs.trial import Challenge, OutcomeKind, Trial
from problems.base import Axis
from problems.registry import get


class Phase(enum.StrEnum):
    """Where a run is in its life."""

    RUNNING = "running"
    STOPPED = "stopped"
    """It said why, and may be resumed with another budget."""
    KILLED = "killed"
    """Nobody writes it, and it never said why; resumed, it loses nothing."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a run is.

    Attributes:
        reason: Why it stopped; None unless it did.
        writer: Who writes it; None unless it is running.
    """

    phase: Phase
    reason: str | None = None
    writer: str | None = None

    def __str__(self) -> str:
        detail = self.reason or self.writer
        return f"{self.phase} ({detail})" if detail else str(self.phase)


@dataclass(frozen=True, slots=True)
class Outline:
    """A run in a line: what can be told without rebuilding it.

    Attributes:
        evaluated: Candidates that reached SMOKE.
        champion: Step of the champion, if there is one.
        standings: Of the latest comparison; empty before it.
    """

    header: Header
    status: Status
    evaluated: int
    champion: int | None
    standings: tuple[Standing, ...]


def trials(store: Store, run: str, header: Header) -> Iterator[tuple[Trial, Challenge | None]]:
    """Yields a run's trials with their challenges, in step order, one in memory at a time.

    Raises:
        StoreError: There is no such run, or its log is damaged.
    """
    reader = Reader(store, header.layouts)
    for event in reader.ahead(store.events(run)):
        found = reader.read(event)
        if found is not None:
            yield found


def rebuild(store: Store, run: str, header: Header, axes: tuple[Axis, ...]) -> State:
    """Commits a run's trials once more, and returns the state they amount to."""
    state = State.empty(axes)
    for trial, challenge in trials(store, run, header):
        state.apply(trial, challenge)
    return state


def open_steps(store: Store, run: str) -> frozenset[int]:
    """Finds the steps that were asked and not committed."""
    found = set[int | None]()
    for event in store.events(run, kinds=(ASKED, COMMITTED)):
        if event.kind == ASKED:
            found.add(event.step)
        else:
            found.discard(event.step)
    return frozenset(step for step in found if step is not None)


def is_running(store: Store, run: str, *, now: float) -> bool:
    """Whether another process goes on with a run."""
    try:
        store.refuse_written(run, at=now)
    except RunLocked:
        return True
    return False


def request_of(store: Store, run: str, step: int) -> Request:
    """Reads what a step asked a model.

    Raises:
        LookupError: The run has no such step, or it asked none.
    """
    for event in store.events(run, kinds=(ASKED,)):
        request = read_request(event.body, store.text) if event.step == step else None
        if request is not None:
            return request
    raise LookupError(f"step {step} of run {run!r} asked no model")


def best_of(store: Store, run: str, *, at_most: int) -> dict[str, str]:
    """Finds the sources of a run's champion and its best elites by where they come from, best first."""
    header = Header.read(store, run)
    state = rebuild(store, run, header, get(header.spec.problem).axes)
    elites = [e.candidate for e in sorted(state.archive, key=lambda e: -e.score)]
    best = dict.fromkeys([state.champion.candidate, *elites] if state.champion is not None else elites)
    return {f"step {state.steps[c.id]} of {run}": c.source for c in list(best)[:at_most]}


class Sketch:
    """An outline in the making: takes a run's events in order, those that come later too.

    Attributes:
        evaluated: Candidates that reached SMOKE.
        champion: Step of the champion, if there is one.
        standings: Of the latest comparison; empty before it.
    """

    KINDS: Final = (RUN_STARTED, RESUMED, COMMITTED, PROMOTED, STOPPED, COMPARED)
    """What it has to be shown; others change nothing."""

    def __init__(self) -> None:
        self.evaluated = 0
        self.champion: int | None = None
        self.standings: tuple[Standing, ...] = ()
        self._reason: str | None = None
        self._last = ""

    def take(self, event: Event) -> None:
        """Takes the next event of one of its kinds."""
        match event.kind:
            case "committed":
                self.evaluated += event.body["outcome"] == OutcomeKind.EVALUATED
            case "promoted":
                self.champion = event.step
            case "stopped":
                self._reason = ": ".join(filter(None, (event.body["reason"], event.body.get("detail"))))
            case "compared":
                self.standings = read_standings(event.body)
        self._last = event.kind

    def outline(self, store: Store, run: str, header: Header, *, now: float) -> Outline:
        """The run as far as it was shown."""
        reason = self._reason if self._last in {STOPPED, COMPARED} else None
        status = _status(store, run, reason, now)
        return Outline(header, status, self.evaluated, self.champion, self.standings)


def outline(store: Store, run: str, *, now: float) -> Outline:
    """Reads a run's header, its commits and its end, but no measurement and no text."""
    header, sketch = Header.read(store, run), Sketch()
    for event in store.events(run, kinds=Sketch.KINDS):
        sketch.take(event)
    return sketch.outline(store, run, header, now=now)


def champion_source(store: Store, run: str) -> tuple[int, str] | None:
    """Finds the champion's step and source; None if there is no champion yet."""
    promoted = deque(store.events(run, kinds=(PROMOTED,)), maxlen=1)
    if not promoted:
        return None
    step = promoted[0].step
    for event in store.events(run, kinds=(COMMITTED,)):
        if event.step == step and step is not None:
            return step, store.text(event.body["text"])
    raise ValueError(f"run {run!r} promoted step {step} without committing it: a defect of ours")


def read_standings(body: Mapping[str, Any]) -> tuple[Standing, ...]:
    """Reads the standings of a comparison."""
    return msgspec.convert(body["standings"], tuple[Standing, ...])


def _status(store: Store, run: str, reason: str | None, now: float) -> Status:
    try:
        store.refuse_written(run, at=now)
    except RunLocked as locked:
        return Status(Phase.RUNNING, writer=f"process {locked.pid} on {locked.host}")
    return Status(Phase.STOPPED, reason) if reason else Status(Phase.KILLED)
