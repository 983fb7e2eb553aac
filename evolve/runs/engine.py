"""The loop: steps are asked in order, come back in any order, and are committed in order."""

import asyncio
import enum
from collections.abc import Callable, Sequence
from dataclasses import replace

from evolve.runs import records
from evolve.runs.asking import Asker, Purpose, generator
from evolve.runs.events import ASKED, STOPPED, Draft, Event
from evolve.runs.state import State
from evolve.runs.step import Ask, Stepper
from evolve.runs.trial import OutcomeKind, Trial
from evolve.search.candidate import SEED, Candidate
from evolve.search.operators import ModelFailure, Proposal, Rejection
from problems.base import Problem

Append = Callable[[Sequence[Draft], Sequence[str]], object]
"""Writes drafts, and the texts they name, to the run's log in one transaction."""


class EndReason(enum.StrEnum):
    """Why a run stopped."""

    MAX_EVALS = "max_evals"
    MAX_MINUTES = "max_minutes"
    FRUITLESS = "fruitless"
    NO_VALID_SEED = "no_valid_seed"
    QUARANTINED = "quarantined"
    INTERRUPTED = "interrupted"


class Engine:
    """Runs one search; the only writer of its log.

    Whichever worker finishes first, what a step may know follows from commits alone (see `Asker`), and
    commits are made in step order: so one specification is one run at any number of workers.

    Attributes:
        state: What the commits so far amount to.
    """

    def __init__(
        self, problem: Problem, stepper: Stepper, *, seeds: Sequence[Candidate], append: Append
    ) -> None:
        self.state = State.empty(problem.axes)
        self._seed = stepper.spec.seed
        self._operator = stepper.operator
        self._stepper = stepper
        self._seeds = tuple(seeds)
        self._append = append
        self._asker = Asker(problem, stepper.spec, self._seeds, self.state)
        self._open: dict[int, Ask] = {}
        self._flight: dict[int, asyncio.Task[Trial]] = {}
        self._stop = asyncio.Event()
        self._why = EndReason.INTERRUPTED

    def stop(self, reason: EndReason) -> None:
        """Stops before the next commit; steps in flight stay open in the log, and a resumed run does them."""
        self._why = reason
        self._stop.set()

    def replay(self, reader: records.Reader, event: Event) -> None:
        """Takes one event of the log; events must come in order, before `run`."""
        if event.kind == ASKED:
            ask = self._asker.next()
            self._open[ask.step] = ask
        found = reader.read(event)
        if found is not None:
            trial, challenge = found
            del self._open[trial.step]
            status = self.state.apply(trial, challenge)
            self._tell(trial, accepted=bool(status))

    async def run(self) -> EndReason:
        """Searches until a budget is spent or `stop` is called.

        Raises whatever is ours (`WorkerBroken`, `SandboxUnavailable`, `StoreError`...): the log is then
        intact up to the last commit, and the run can be resumed.
        """
        for ask in self._open.values():
            self._launch(ask)
        try:
            self._write([], [])
            while (reason := self._ended()) is None:
                trial = await self._head()
                if trial is None:
                    reason = self._why
                    break
                self._write(*self._commit(trial))
                await asyncio.sleep(0)  # every new step starts before another commit can be made
        finally:
            await self._abandon()
        self._append([Draft(STOPPED, None, {"reason": str(reason)})], [])
        return reason

    def _write(self, drafts: Sequence[Draft], texts: Sequence[str]) -> None:
        """Writes a commit together with the steps that may be asked after it, then starts those."""
        asks = []
        while self._asker.may_ask():
            asks.append(self._asker.next())
        drafts = [*drafts, *map(self._asked_draft, asks)]
        if drafts:
            self._append(drafts, texts)
        for ask in asks:
            self._launch(ask)

    def _asked_draft(self, ask: Ask) -> Draft:
        parents = [] if ask.context is None else [e.candidate.id for e in ask.context.parents]
        body = {"parents": self._steps(parents), "operator": SEED if ask.seed else self._operator.name}
        return Draft(ASKED, ask.step, body)

    def _launch(self, ask: Ask) -> None:
        rng = generator(self._seed, ask.step, Purpose.PROPOSE)
        self._flight[ask.step] = asyncio.create_task(self._stepper.take(ask, rng))

    async def _head(self) -> Trial | None:
        """Waits for the oldest step in flight; None if the run is to stop first."""
        head = self._flight[self.state.commits]
        stop = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({head, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if self._stop.is_set():
            return None
        del self._flight[self.state.commits]
        return head.result()

    def _commit(self, trial: Trial) -> tuple[list[Draft], list[str]]:
        if trial.novelty in self.state.seen:  # by a commit made while this step was in flight
            trial = replace(trial, kind=OutcomeKind.REJECTED, reason="duplicate", evaluations={}, usage={})
        challenge = self.state.challenge(trial, generator(self._seed, trial.step, Purpose.JUDGE))
        status = self.state.apply(trial, challenge)
        self._tell(trial, accepted=bool(status))
        parents = self._steps(trial.candidate.parents if trial.candidate else ())
        drafts = records.drafts(trial, challenge, parents=parents, status=int(status))
        return drafts, records.texts(trial)

    def _tell(self, trial: Trial, *, accepted: bool) -> None:
        if trial.step < len(self._seeds):
            return
        proposal: Proposal = trial.candidate or Rejection(trial.reason, trial.operator)
        if trial.kind is OutcomeKind.MODEL_FAILED:
            proposal = ModelFailure(trial.reason, trial.operator)
        scores = [e.score for stage, e in trial.evaluations.items() if stage == "search"]
        self._operator.tell(proposal, scores[0] if scores else None, accepted)

    def _steps(self, ids: Sequence[str]) -> list[int]:
        return [self.state.steps[candidate_id] for candidate_id in ids]

    def _ended(self) -> EndReason | None:
        """Why there is nothing left to wait for; None while there is."""
        if self.state.is_worn_out:
            return EndReason.QUARANTINED if self.state.is_quarantined else EndReason.FRUITLESS
        if self._asker.asked > self.state.commits:
            return None
        return EndReason.MAX_EVALS if len(self.state.archive) else EndReason.NO_VALID_SEED

    async def _abandon(self) -> None:
        tasks = tuple(self._flight.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._flight.clear()
