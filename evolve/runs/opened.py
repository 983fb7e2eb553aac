"""A run that is open for writing: its engine made from its log, its resumption noted, its end compared."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from evaluators.pool import Pool
from evolve.runs.asking import Asking
from evolve.runs.callbook import CallBook
from evolve.runs.caller import Caller
from evolve.runs.comparison import Comparison, Standing
from evolve.runs.engine import Engine
from evolve.runs.events import COMPARED, RESUMED, Draft
from evolve.runs.header import Header
from evolve.runs.history import open_steps
from evolve.runs.inbox import Inbox
from evolve.runs.ledger import Cost
from evolve.runs.proposing import INBOX, Proposing, proposer_of
from evolve.runs.recording import Recording
from evolve.runs.records import Reader
from evolve.runs.setting import Setting
from evolve.runs.spec import Proposer
from evolve.runs.state import Champion, State
from evolve.runs.step import Stepper
from evolve.runs.store import Store
from problems.base import Split
from problems.workloads import splits_of


@dataclass(frozen=True, slots=True)
class Open:
    """A run with all that going on needs.

    Attributes:
        clock: Seconds since the epoch.
    """

    store: Store
    run: str
    header: Header
    setting: Setting
    pool: Pool
    proposing: Proposing
    clock: Callable[[], float]

    def note_resumption(self, budgets: Mapping[str, Any]) -> None:
        """Writes that the run goes on, and which calls were lost with the process that sent them."""
        body = {"budgets": msgspec.to_builtins(dict(budgets)), "machine": dict(self.header.machine)}
        doubts: Mapping[int, Cost] = {}
        if self.header.spec.proposer is Proposer.LLM:
            doubts = self._book().doubts()
        if doubts:
            body["doubts"] = [[step, cost.usd, cost.tokens] for step, cost in doubts.items()]
        self.store.append(self.run, [Draft(RESUMED, None, body)], at=self.clock(), settled=tuple(doubts))

    def engine(self, committed: Callable[[State], None], recording: Recording | None = None) -> Engine:
        """Makes an engine in the state that the log tells; `committed` hears of every commit it makes."""
        spec = self.header.spec

        def append(drafts: Sequence[Draft], texts: Sequence[str], settled: Sequence[int]) -> None:
            self.store.append(self.run, drafts, at=self.clock(), texts=texts, settled=settled)
            committed(engine.state)

        stepper = Stepper(
            spec,
            self.pool,
            groups=self.setting.groups(),
            answerer=recording or self._caller(),
            fixed={} if recording is None else recording.fixed,
        )
        schedule = None if recording is None else recording.schedule
        engine = Engine(self.asking(), stepper, append=append, schedule=schedule)
        reader, unfinished = Reader(self.store, self.header.layouts), open_steps(self.store, self.run)
        for event in reader.ahead(self.store.events(self.run)):
            engine.replay(reader, event, is_open=event.step in unfinished)
        return engine

    def asking(self) -> Asking:
        """What the steps of the run are asked with."""
        problem, header = self.setting.problem, self.header
        proposer = self.proposing.operator or proposer_of(header.spec)
        seeds, reference = header.seeds(problem), header.best_baseline()
        return Asking(problem, header.spec, seeds, proposer, reference, self.proposing.redact)

    async def compare(self, champion: Champion, comparing: Callable[[Split], None]) -> Sequence[Standing]:
        """Measures champion and baselines, split by split, and writes how they stand."""
        spec, found = self.header.spec, list[Standing]()
        wanted = [Split.VALIDATION] if spec.workload == "generated" else [Split.VALIDATION, Split.PUBLISHED]
        has = splits_of(self.setting.problem, spec.workload)
        for split in (split for split in wanted if split in has):
            comparing(split)
            setting = Setting.load(spec.problem, spec.workload, [split])
            comparison = Comparison(setting, self.pool, seed=spec.seed)
            found += await comparison.standings("champion", champion.candidate.source)
        body = {"step": champion.step, "standings": msgspec.to_builtins([asdict(row) for row in found])}
        self.store.append(self.run, [Draft(COMPARED, champion.step, body)], at=self.clock())
        return found

    def _book(self) -> CallBook:
        return CallBook(self.store, self.run, self.clock)

    def _caller(self) -> Caller | None:
        spec, book = self.header.spec, self._book()
        if spec.proposer is Proposer.OFFLINE:
            return None
        if spec.proposer is Proposer.INBOX:
            inbox = {INBOX.name: Inbox(book)}
            return Caller(inbox, book, calls=spec.window, deadline_s=math.inf, leave_s=0.0)
        models = self.proposing.models
        return Caller(models, book, calls=spec.calls_in_flight, deadline_s=spec.call_deadline_s)
