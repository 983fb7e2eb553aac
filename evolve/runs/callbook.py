"""Calls of models on disk: noted before they are sent, kept from the moment their reply arrives."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from evolve.runs import calls
from evolve.runs.calls import CallRow
from evolve.runs.ledger import Cost
from evolve.runs.reply import Reply
from evolve.runs.store import Store


class CallBook:
    """Writes calls and replies of one run; those of one moment share a transaction.

    Args:
        clock: Seconds since the epoch.
    """

    def __init__(self, store: Store, run: str, clock: Callable[[], float]) -> None:
        self._store = store
        self._run = run
        self._clock = clock
        self._sent: dict[int, Mapping[str, Any]] = {}
        self._arrived: dict[int, Reply] = {}
        self._flush: asyncio.Task[None] | None = None

    def found(self) -> dict[int, Reply]:
        """Reads the replies that arrived for steps which are not committed."""
        rows = waiting_calls(self._store, self._run).items()
        return {step: self._read(row.reply) for step, row in rows if row.reply is not None}

    def doubts(self) -> dict[int, Cost]:
        """Reads which calls were sent and never answered, with what they may have cost."""
        rows = waiting_calls(self._store, self._run).items()
        return {step: _reserve(row) for step, row in rows if row.reply is None}

    def reply(self, step: int) -> Reply | None:
        """Looks whether somebody delivered a reply for a step."""
        row = waiting_calls(self._store, self._run).get(step)
        return None if row is None or row.reply is None else self._read(row.reply)

    async def note(self, step: int, model: str, reserve: Cost) -> None:
        """Notes that a call is about to be sent; on disk when this returns."""
        self._sent[step] = {"model": model, "usd": reserve.usd, "tokens": reserve.tokens}
        await self._written()

    async def keep(self, step: int, reply: Reply) -> None:
        """Keeps a reply; on disk when this returns."""
        self._arrived[step] = reply
        await self._written()

    def withdraw(self, step: int) -> None:
        """Drops the note of a call that was surely not paid."""
        self._store.append(self._run, [], at=self._clock(), settled=(step,))

    async def _written(self) -> None:
        """Waits until what is noted now is on disk; all that comes in one turn of the loop goes together."""
        if self._flush is None:
            self._flush = asyncio.create_task(self._write())
        await asyncio.shield(self._flush)

    async def _write(self) -> None:
        await asyncio.sleep(0)  # let everything of this turn come aboard
        sent, arrived, self._flush = self._sent, self._arrived, None
        self._sent, self._arrived = {}, {}
        texts = [text for reply in arrived.values() for text in reply.texts]
        with self._store.writing(self._run, at=self._clock(), texts=texts) as (connection, run_id):
            calls.insert_sent(connection, run_id, sent)
            calls.keep_replies(connection, run_id, {step: reply.body() for step, reply in arrived.items()})

    def _read(self, body: Mapping[str, Any]) -> Reply:
        text = body.get("text")
        return Reply.of(body, None if text is None else self._store.text(text))


def waiting_calls(store: Store, run: str) -> dict[int, CallRow]:
    """Reads the calls of steps that are not committed, by step."""
    with store.reading(run) as (connection, run_id):
        return calls.select_calls(connection, run_id)


def deliver(store: Store, run: str, step: int, reply: Reply) -> bool:
    """Answers a call that waits for a person, whoever writes the run; False if none waits there."""
    with store.writing(run, at=None, texts=reply.texts) as (connection, run_id):
        call = calls.select_calls(connection, run_id).get(step)
        if call is None or call.reply is not None:
            return False
        calls.keep_replies(connection, run_id, {step: reply.body()})
        return True


def _reserve(row: CallRow) -> Cost:
    return Cost(row.sent["usd"], row.sent["tokens"])
