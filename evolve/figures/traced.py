"""A run as figures need it: how its best scores grew, what its seeds did, and where it stands."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evaluators.values import Evaluation
from evolve.runs.engine import EndReason
from evolve.runs.events import RESCORED, RESUMED
from evolve.runs.header import Header
from evolve.runs.history import Outline, Phase, outline
from evolve.runs.ledger import Cost
from evolve.runs.records import Reader
from evolve.runs.spec import RunSpec
from evolve.runs.state import State
from evolve.runs.store import Store
from evolve.runs.trial import Trial
from evolve.search.candidate import SEED
from problems.base import Split
from problems.registry import get

_CUT_SHORT: Final = (EndReason.INTERRUPTED, EndReason.ENDPOINT)
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Point:
    """A run after some number of evaluations.

    Attributes:
        usd: Dollars spent so far, calls in doubt included.
        search: Best SEARCH score of the archive; None while it is empty.
        validation: The champion's VALIDATION score; None before there is one.
    """

    evaluated: int
    usd: float
    search: float | None
    validation: float | None


@dataclass(frozen=True, slots=True)
class Traced:
    """A run, read once.

    Attributes:
        points: One an evaluation, in order.
        seeds: What each seed did on the stages that it reached, by its name.
        rescored: Whether its candidates were measured anew since, which is not drawn.
    """

    name: str
    outline: Outline
    state: State
    points: tuple[Point, ...]
    seeds: Mapping[str, Mapping[Split, Evaluation]]
    rescored: bool = False

    @property
    def header(self) -> Header:
        """What it was asked."""
        return self.outline.header

    @property
    def spec(self) -> RunSpec:
        """What it was asked to do."""
        return self.outline.header.spec

    @property
    def digest(self) -> str:
        """First digits of its archive's digest, which `adrs show --json` and a bundle tell in full."""
        return self.state.archive.digest()[:_DIGITS]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on why its figures are not to be taken as those of any other run."""
        found = list(filter(None, [self._unfinished()]))
        if self.state.quarantined:
            found.append(
                f"a score of run {self.name!r} passed its bound, which is wrong: none is to be believed"
            )
        if self.rescored:
            found.append(f"run {self.name!r} was measured anew since, and is drawn as it was measured first")
        return tuple(found)

    def _unfinished(self) -> str | None:
        status, done = self.outline.status, f"{self.state.evaluated} of {self.spec.max_evals} evaluations"
        if status.phase is Phase.RUNNING:
            return f"run {self.name!r} is going on, and is drawn up to {done}"
        reason = (status.reason or "").partition(":")[0]
        if status.phase is Phase.KILLED or reason in _CUT_SHORT:
            return f"run {self.name!r} was cut short ({status}), and is drawn up to {done}"
        return None


def trace(store: Store, run: str) -> Traced:
    """Reads a run from its log.

    Raises:
        StoreError: There is no such run, or its log is damaged.
    """
    told = outline(store, run, now=time.time())
    state, reader = State.empty(get(told.header.spec.problem).axes), Reader(store, told.header.layouts)
    points, seeds = list[Point](), dict[str, Mapping[Split, Evaluation]]()
    for event in reader.ahead(store.events(run)):
        if event.kind == RESUMED:
            state.accounts.lose(Cost(*doubt) for _, *doubt in event.body.get("doubts", ()))
        found = reader.read(event)
        if found is None:
            continue
        evaluated = state.evaluated
        state.apply(*found)
        if state.evaluated > evaluated:
            points.append(_point(state))
        _note_seed(found[0], told.header.spec.seeds, seeds)
    rescored = next(store.events(run, kinds=(RESCORED,)), None) is not None
    return Traced(run, told, state, tuple(points), seeds, rescored)


def _point(state: State) -> Point:
    best, champion = state.archive.best, state.champion
    search = None if best is None else best.score
    validation = None if champion is None else champion.validation.score
    return Point(state.evaluated, state.accounts.ledger.spent.usd, search, validation)


def _note_seed(trial: Trial, names: tuple[str, ...], seeds: dict[str, Mapping[Split, Evaluation]]) -> None:
    """Seeds are the first steps, in the order of their names."""
    if trial.operator == SEED and trial.step < len(names):
        seeds[names[trial.step]] = trial.evaluations
