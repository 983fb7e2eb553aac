"""A run for programs and notebooks: started, or opened, and looked at."""

import asyncio
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evolve.models.opening import open_models
from evolve.models.redaction import Redactor
from evolve.runs.events import Event
from evolve.runs.header import Header
from evolve.runs.history import rebuild
from evolve.runs.lines import lines
from evolve.runs.proposing import Proposing
from evolve.runs.session import Ending, Session
from evolve.runs.spec import Proposer, RunSpec
from evolve.runs.state import State
from evolve.runs.store import Store
from problems.base import Split
from problems.registry import get

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Best:
    """A run's champion.

    Attributes:
        search: Its score on SEARCH, which it was chosen by.
        validation: Its score on VALIDATION, which crowned it.
    """

    step: int
    source: str = field(repr=False)
    search: float
    validation: float


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run in a store, whether it goes on or not; every call reads the log as it is then."""

    name: str
    db: Path

    def frame(self) -> "pd.DataFrame":
        """Makes a table of the run's steps: scores, outcome, operator, parents, cost, one row a step."""
        import pandas as pd  # noqa: PLC0415 - a second that only tables need

        with Store.open(self.db, create=False) as store:
            found = [asdict(line) for line in lines(store, self.name, Header.read(store, self.name))]
        return pd.DataFrame(found).set_index("step") if found else pd.DataFrame()

    def best(self) -> Best | None:
        """Finds the champion; None if no candidate got through VALIDATION."""
        with Store.open(self.db, create=False) as store:
            header = Header.read(store, self.name)
            champion = rebuild(store, self.name, header, get(header.spec.problem).axes).champion
        if champion is None:
            return None
        scores = champion.search.score or 0.0, champion.validation.score or 0.0
        return Best(champion.step, champion.candidate.source, *scores)

    def events(self) -> Iterator[Event]:
        """Yields the run's events, in order."""
        with Store.open(self.db, create=False) as store:
            yield from store.events(self.name)


class _Nobody:
    """Watches nothing."""

    def began(self, run: str, spec: RunSpec, state: State, /) -> None: ...

    def committed(self, state: State, /) -> None: ...

    def comparing(self, split: Split, /) -> None: ...


def run_to_its_end(name: str, spec: RunSpec, db: Path) -> RecordedRun:
    """Runs a search and waits for it, in a thread of its own: notebooks have a loop already.

    A keyboard interrupt stops the run at its next commit, as Ctrl-C does on the command line; it can be
    resumed.

    Raises:
        RunExists: The name is taken.
        SandboxUnavailable, DataMissing, EndpointUnusable: As `adrs run` says.
    """
    get(spec.problem)
    spec = replace(spec, seeds=spec.seeds or get(spec.problem).seeds)
    interrupted: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def conducted() -> Ending:
        stop = asyncio.Event()
        interrupted.append((asyncio.get_running_loop(), stop))
        with Store.open(db) as store:
            session = Session(store, _Nobody(), clock=time.time, interrupted=stop, proposing=_proposing(spec))
            return await session.start(name, spec, sources={})

    with ThreadPoolExecutor(1) as thread:
        ending = thread.submit(lambda: asyncio.run(conducted()))
        try:
            ending.result()
        except KeyboardInterrupt:
            for loop, stop in interrupted:
                loop.call_soon_threadsafe(stop.set)
            raise
    return RecordedRun(name, db)


def _proposing(spec: RunSpec) -> Proposing:
    if spec.proposer is not Proposer.LLM:
        return Proposing()
    redact = Redactor.of(os.environ, spec.models)
    return Proposing(open_models(spec.models, os.environ, redact), redact)
