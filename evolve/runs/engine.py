"""The loop: steps are asked in order, come back in any order, and are committed in order."""

import asyncio
import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from evolve.models.language_model import EndpointUnusable
from evolve.runs import records
from evolve.runs.asking import Asker, Asking, Purpose, generator
from evolve.runs.events import ASKED, PLATEAU, RESUMED, STOPPED, Draft, Event
from evolve.runs.ledger import Cost
from evolve.runs.requests import request_body, request_texts
from evolve.runs.state import State
from evolve.runs.step import Ask, Stepper
from evolve.runs.trial import OutcomeKind, Trial
from evolve.search.operators import Context, ModelFailure, Proposal, Rejection

Append = Callable[[Sequence[Draft], Sequence[str], Sequence[int]], object]
"""Writes drafts and the texts they name, and drops the kept calls of steps, in one transaction."""


class EndReason(enum.StrEnum):
    """Why a run stopped."""

    MAX_EVALS = "max_evals"
    MAX_MINUTES = "max_minutes"
    MAX_USD = "max_usd"
    MAX_TOKENS = "max_tokens"
    FRUITLESS = "fruitless"
    NO_VALID_SEED = "no_valid_seed"
    QUARANTINED = "quarantined"
    INTERRUPTED = "interrupted"
    ENDPOINT = "endpoint"
    """No model can be asked before a person does something."""
    SILENT = "silent"
    """Step after step, what answered gave no usable reply."""
    REPEATED = "repeated"
    """Everything that a recorded run committed was done again."""


class Engine:
    """Runs one search; the only writer of its log.

    Whichever worker finishes first, what a step may know follows from commits alone (see `Asker`), and
    commits are made in step order: so one specification is one run at any number of workers.

    Attributes:
        state: What the commits so far amount to.
    """

    def __init__(
        self,
        asking: Asking,
        stepper: Stepper,
        *,
        append: Append,
        schedule: Mapping[int, int] | None = None,
    ) -> None:
        self.state = State.empty(asking.problem.axes)
        self._asking = asking
        self._stepper = stepper
        self._append = append
        self._asker = Asker(asking, self.state, schedule)
        self._repeats = schedule is not None
        self._open: dict[int, Ask] = {}
        self._flight: dict[int, asyncio.Task[Trial]] = {}
        self._stop = asyncio.Event()
        self._why = EndReason.INTERRUPTED
        self._unusable: EndpointUnusable | None = None

    def stop(self, reason: EndReason) -> None:
        """Stops before the next commit; steps in flight stay open in the log, and a resumed run does them."""
        self._why = reason
        self._stop.set()

    def replay(self, reader: records.Reader, event: Event, *, is_open: bool = False) -> None:
        """Takes one event of the log; events must come in order, before `run`.

        Args:
            is_open: Whether the event asks a step that the log does not commit.
        """
        if event.kind == ASKED and is_open:
            ask = self._asker.repeat(event, reader.request(event))
            self._open[ask.step] = ask
        elif event.kind == ASKED:
            self._asker.skip(event)
        elif event.kind == RESUMED:
            for _, usd, tokens in event.body.get("doubts", ()):
                self.state.ledger.spend(Cost(usd, tokens), in_doubt=True)
        found = reader.read(event)
        if found is not None:
            trial, challenge = found
            status = self.state.apply(trial, challenge)
            self._tell(trial, accepted=bool(status))

    def next_context(self) -> Context:
        """What the next step would know, if it were asked now."""
        return self._asker.context()

    async def run(self) -> EndReason:
        """Searches until a budget is spent or `stop` is called.

        Raises whatever is ours (`WorkerBroken`, `SandboxUnavailable`, `StoreError`...): the log is then
        intact up to the last commit, and the run can be resumed. Raises `EndpointUnusable` when that is
        written to the log.
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
                self._write(*self._commit(trial), settled=(trial.step,) if trial.reply else ())
                await asyncio.sleep(0)  # every new step starts before another commit can be made
        finally:
            await self._abandon()
        detail = {} if self._unusable is None else {"detail": str(self._unusable)}
        self._append([Draft(STOPPED, None, {"reason": str(reason), **detail})], [], ())
        if self._unusable is not None:
            raise self._unusable
        return reason

    def _write(self, drafts: Sequence[Draft], texts: Sequence[str], settled: Sequence[int] = ()) -> None:
        """Writes a commit together with the steps that may be asked after it, then starts those."""
        asks = []
        while (ask := self._asker.take()) is not None:
            asks.append(ask)
        requests = [a.plan.request for a in asks if a.plan is not None and a.plan.request is not None]
        drafts = [*drafts, *map(self._asked_draft, asks)]
        if drafts:
            self._append(drafts, [*texts, *chain.from_iterable(map(request_texts, requests))], settled)
        for ask in asks:
            self._launch(ask)

    def _asked_draft(self, ask: Ask) -> Draft:
        body: dict[str, Any] = {"parents": self._steps(ask.parents), "operator": ask.operator}
        if ask.plan is not None and ask.plan.request is not None:
            reserve = [ask.reserve.usd, ask.reserve.tokens]
            body |= {**request_body(ask.plan.request), "reserve": reserve}
        return Draft(ASKED, ask.step, body)

    def _launch(self, ask: Ask) -> None:
        task = self._flight[ask.step] = asyncio.create_task(self._stepper.take(ask))
        task.add_done_callback(self._notice)

    def _notice(self, task: "asyncio.Task[Trial]") -> None:
        """Stops as soon as any step finds that no model can be asked, not when its turn to commit comes."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, EndpointUnusable) and self._unusable is None:
            self._unusable = error
            self.stop(EndReason.ENDPOINT)

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
        judging = generator(self._asking.spec.seed, trial.step, Purpose.JUDGE)
        challenge, plateaus = self.state.challenge(trial, judging), self.state.plateaus
        status = self.state.apply(trial, challenge)
        self._tell(trial, accepted=bool(status))
        parents = self._steps(trial.candidate.parents if trial.candidate else ())
        drafts = records.drafts(trial, challenge, parents=parents, status=int(status))
        if self.state.plateaus > plateaus:
            drafts.append(Draft(PLATEAU, trial.step, {"number": self.state.plateaus}))
        return drafts, records.texts(trial)

    def _tell(self, trial: Trial, *, accepted: bool) -> None:
        if trial.step < len(self._asking.seeds):
            return
        proposal: Proposal = trial.candidate or Rejection(trial.reason, trial.operator)
        if trial.kind is OutcomeKind.MODEL_FAILED:
            proposal = ModelFailure(trial.reason, trial.operator)
        scores = [e.score for stage, e in trial.evaluations.items() if stage == "search"]
        self._asking.proposer.tell(proposal, scores[0] if scores else None, accepted)

    def _steps(self, ids: Sequence[str]) -> list[int]:
        return [self.state.steps[candidate_id] for candidate_id in ids]

    def _ended(self) -> EndReason | None:
        """Why there is nothing left to wait for; None while there is."""
        state = self.state
        if state.is_silent:
            return EndReason.SILENT
        if state.is_worn_out:
            return EndReason.QUARANTINED if state.is_quarantined else EndReason.FRUITLESS
        if self._asker.asked > state.commits:
            return None
        if self._repeats:
            return EndReason.REPEATED
        if self._asker.lacking is not None:
            return EndReason(self._asker.lacking)
        return EndReason.MAX_EVALS if len(state.archive) else EndReason.NO_VALID_SEED

    async def _abandon(self) -> None:
        tasks = tuple(self._flight.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._flight.clear()
        await self._stepper.leave()
