"""The loop: steps are asked in order, come back in any order, and are committed in order."""

import asyncio
import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from evolve.models.language_model import EndpointUnusable
from evolve.runs import records
from evolve.runs.asking import Asker, Asking, Purpose, generator
from evolve.runs.events import ASKED, PLATEAU, RESUMED, STOPPED, Draft, Event
from evolve.runs.ledger import Cost
from evolve.runs.state import State
from evolve.runs.step import Ask, Stepper
from evolve.runs.trial import OutcomeKind, Trial

Append = Callable[[Sequence[Draft], Sequence[str], Sequence[int]], object]
"""Writes drafts and the texts they name, and drops the kept calls of steps, in one transaction."""
Schedule = Mapping[int, int]
"""After how many commits each step was asked, in a run that is repeated."""


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
        self, asking: Asking, stepper: Stepper, *, append: Append, schedule: Schedule | None = None
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
            self.state.accounts.lose(Cost(*doubt) for _, *doubt in event.body.get("doubts", ()))
        found = reader.read(event)
        if found is not None:
            trial, challenge = found
            status = self.state.apply(trial, challenge)
            self._tell(trial, accepted=bool(status))

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
        drafts = [*drafts, *(records.asked(ask, self._steps(ask.parents)) for ask in asks)]
        if drafts:
            self._append(drafts, [*texts, *chain.from_iterable(map(records.ask_texts, asks))], settled)
        for ask in asks:
            self._launch(ask)

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
        if not head.done():
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
        if trial.step >= len(self._asking.seeds):
            self._asking.proposer.tell(trial.proposal, trial.search_score, accepted)

    def _steps(self, ids: Sequence[str]) -> list[int]:
        return [self.state.steps[candidate_id] for candidate_id in ids]

    def _ended(self) -> EndReason | None:
        """Why there is nothing left to wait for; None while there is."""
        state = self.state
        if state.is_worn_out:
            return _wear(state)
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


def _wear(state: State) -> EndReason:
    """Why there is no point in going on."""
    if state.accounts.is_silent:
        return EndReason.SILENT
    return EndReason.QUARANTINED if state.is_quarantined else EndReason.FRUITLESS
