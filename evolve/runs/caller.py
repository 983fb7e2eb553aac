"""Asks models on behalf of steps: one call that may be paid a step, each reply on disk before it is used."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np

from evolve.models.backoff import backoff_s
from evolve.models.language_model import (
    Call,
    Completion,
    EndpointUnusable,
    InDoubt,
    LanguageModel,
    NotBilled,
    Refused,
    Request,
)
from evolve.runs.callbook import CallBook
from evolve.runs.ledger import Cost
from evolve.runs.reply import Reply

FIRST_TRIES: Final = 3
"""Attempts to reach an endpoint that never answered, before it counts as an address that nobody serves."""
OVERTIME_S: Final = 5.0
"""Wall seconds beyond the deadline after which a client that does not keep it is cut off."""
LEAVE_S: Final = 30.0
"""Wall seconds for which a run that stops waits for replies that are being paid for."""

_log = logging.getLogger(__name__)


class Answerer(Protocol):
    """Whoever finds out what comes of a step's request."""

    async def ask(self, step: int, request: Request, reserve: Cost, /) -> Reply:
        """Has a request answered, or says why that failed.

        Raises:
            EndpointUnusable: No request can be answered before a person does something.
        """

    async def leave(self) -> None:
        """Ends what is under way, without losing what is paid for as far as that is possible."""


class Caller:
    """Asks models, some calls at a time.

    A call that may have been paid is never sent again for its step. One that surely was not is tried again
    until the deadline; after that the endpoint counts as unusable, so that an outage costs no step and no
    dollar.

    Args:
        calls: Calls in flight at once.
        deadline_s: Wall seconds for all attempts of one step.
        leave_s: Wall seconds for which a run that stops waits for replies that are being paid for.
    """

    def __init__(
        self,
        models: Mapping[str, LanguageModel],
        book: CallBook,
        *,
        calls: int,
        deadline_s: float,
        leave_s: float = LEAVE_S,
    ) -> None:
        self._models = models
        self._book = book
        self._deadline_s = deadline_s
        self._leave_s = leave_s
        self._slots = asyncio.Semaphore(calls)
        self._found = book.found()
        self._reached: set[str] = set()
        self._unusable: EndpointUnusable | None = None
        self._calling: dict[int, asyncio.Task[Reply]] = {}
        self._paying: set[int] = set()

    async def ask(self, step: int, request: Request, reserve: Cost, /) -> Reply:
        """Has a request answered; a cancelled step leaves its call to `leave`."""
        if step in self._found:
            return self._found.pop(step)
        call = self._calling[step] = asyncio.create_task(self._call(step, request, reserve))
        call.add_done_callback(lambda _: self._calling.pop(step))
        return await asyncio.shield(call)

    async def leave(self) -> None:
        """Gives calls that are sent some time to be answered, and drops all others."""
        calls = dict(self._calling)
        paying = [call for step, call in calls.items() if step in self._paying]
        for step, call in calls.items():
            if step not in self._paying:
                call.cancel()
        if paying and self._leave_s:
            _log.info("waiting up to %g s for %d replies that are being paid for", self._leave_s, len(paying))
            await asyncio.wait(paying, timeout=self._leave_s)
        for call in calls.values():
            call.cancel()
        await asyncio.gather(*calls.values(), return_exceptions=True)

    async def _call(self, step: int, request: Request, reserve: Cost) -> Reply:
        async with self._slots:
            if self._unusable is not None:
                raise self._unusable
            await self._book.note(step, request.model, reserve)
            try:
                reply = await self._outcome(step, request, reserve)
                await self._book.keep(step, reply)
            finally:
                self._paying.discard(step)
            return reply

    async def _outcome(self, step: int, request: Request, reserve: Cost) -> Reply:
        now = asyncio.get_running_loop().time
        deadline, jitter, attempt = now() + self._deadline_s, np.random.default_rng(step), 0
        while True:
            try:
                self._paying.add(step)
                completion = await self._attempt(Call(step, attempt, request, max(deadline - now(), 0.001)))
                cost = Cost(completion.cost_usd, completion.input_tokens + completion.output_tokens)
                return Reply(request.model, cost, completion, attempts=attempt + 1)
            except InDoubt as error:
                return _failed(request, error, reserve, attempt, in_doubt=True)
            except Refused as error:
                return _failed(request, error, Cost(), attempt, in_doubt=False)
            except NotBilled as error:
                pause_s = backoff_s(attempt, error.retry_after_s, jitter)
                if self._is_hopeless(request.model, error, attempt) or now() + pause_s >= deadline:
                    raise self._given_up(step, EndpointUnusable(error.reason, str(error))) from error
            except EndpointUnusable as error:
                self._given_up(step, error)
                raise
            await self._pause(step, pause_s)
            attempt += 1

    def _given_up(self, step: int, error: EndpointUnusable) -> EndpointUnusable:
        """Notes that nothing was paid, and that there is no use in asking for other steps."""
        self._book.withdraw(step)
        self._unusable = error
        return error

    async def _attempt(self, call: Call) -> Completion:
        try:
            async with asyncio.timeout(call.timeout_s + OVERTIME_S):
                completion = await self._models[call.request.model].complete(call)
        except TimeoutError as error:
            raise InDoubt("timed_out", f"no reply within {self._deadline_s:g} s") from error
        self._reached.add(call.request.model)
        return completion

    async def _pause(self, step: int, pause_s: float) -> None:
        """Waits before another attempt; a step that is dropped meanwhile has nothing to pay."""
        self._paying.discard(step)
        try:
            await asyncio.sleep(pause_s)
        except asyncio.CancelledError:
            self._book.withdraw(step)
            raise

    def _is_hopeless(self, model: str, error: NotBilled, attempt: int) -> bool:
        return error.reason == "unreachable" and model not in self._reached and attempt + 1 >= FIRST_TRIES


def _failed(request: Request, error: InDoubt | Refused, cost: Cost, attempt: int, *, in_doubt: bool) -> Reply:
    return Reply(request.model, cost, None, error.reason, str(error), in_doubt, attempt + 1)
