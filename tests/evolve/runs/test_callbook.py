"""Calls on disk: noted before they are sent, kept when they are answered, gone when the log has them."""

import asyncio
from pathlib import Path

import pytest

from evolve.models.language_model import Completion
from evolve.runs.callbook import CallBook, deliver, waiting_calls
from evolve.runs.errors import RunLocked
from evolve.runs.events import Draft
from evolve.runs.ledger import Cost
from evolve.runs.reply import Reply
from evolve.runs.store import Store

TEXT = "a reply with a lone surrogate: \ud800"
REPLY = Reply("m", Cost(0.01, 30), Completion(TEXT, "m-1", 20, 10, 0.01, "stop", 4), attempts=2)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store.open(tmp_path / "runs.db")
    found.create("run", [Draft("run_started", None, {})], at=0.0)
    return found


def book(store: Store) -> CallBook:
    return CallBook(store, "run", lambda: 0.0)


def test_a_note_without_reply_is_a_doubt_and_a_reply_is_found_again(store: Store) -> None:
    async def calls() -> None:
        ours = book(store)
        await asyncio.gather(*(ours.note(step, "m", Cost(0.5, 100 + step)) for step in (3, 4)))
        await ours.keep(4, REPLY)

    asyncio.run(calls())
    assert book(store).doubts() == {3: Cost(0.5, 103)}
    assert book(store).found() == {4: REPLY}


def test_a_failure_is_kept_like_a_reply(store: Store) -> None:
    failure = Reply("m", Cost(0.5, 100), None, "timed_out", "no reply", in_doubt=True)

    async def calls() -> None:
        ours = book(store)
        await ours.note(3, "m", Cost(0.5, 100))
        await ours.keep(3, failure)

    asyncio.run(calls())
    assert book(store).found() == {3: failure}


def test_what_was_surely_not_paid_is_withdrawn(store: Store) -> None:
    ours = book(store)
    asyncio.run(ours.note(3, "m", Cost(0.5, 100)))
    ours.withdraw(3)
    assert waiting_calls(store, "run") == {}


def test_a_commit_takes_its_call_along(store: Store) -> None:
    async def calls() -> None:
        ours = book(store)
        await ours.note(3, "m", Cost(0.5, 100))
        await ours.keep(3, REPLY)

    asyncio.run(calls())
    store.append("run", [Draft("replied", 3, REPLY.body())], at=0.0, settled=(3,))
    assert waiting_calls(store, "run") == {}
    *_, event = store.events("run")
    assert Reply.of(event.body, store.text(event.body["text"])) == REPLY


def test_whoever_waits_for_a_person_gets_what_is_delivered_once(store: Store) -> None:
    ours = book(store)
    asyncio.run(ours.note(3, "inbox", Cost()))
    assert not deliver(store, "run", 4, REPLY)
    assert deliver(store, "run", 3, REPLY)
    assert not deliver(store, "run", 3, REPLY)
    assert ours.reply(3) == REPLY


def test_a_reply_that_was_delivered_outlives_another_note(store: Store) -> None:
    asyncio.run(book(store).note(3, "inbox", Cost()))
    deliver(store, "run", 3, REPLY)
    asyncio.run(book(store).note(3, "inbox", Cost()))
    assert book(store).reply(3) == REPLY


def test_calls_are_noted_by_the_writer_of_the_run_only(store: Store, tmp_path: Path) -> None:
    with Store.open(tmp_path / "runs.db") as other, other.lease("run", now=lambda: 0.0):
        with pytest.raises(RunLocked):
            asyncio.run(book(store).note(3, "m", Cost()))
        assert waiting_calls(store, "run") == {}


def test_a_copy_of_a_run_takes_replies_that_arrived_but_no_doubts(store: Store) -> None:
    async def calls() -> None:
        ours = book(store)
        await asyncio.gather(*(ours.note(step, "m", Cost(0.5, 100)) for step in (3, 4)))
        await ours.keep(4, REPLY)

    asyncio.run(calls())
    store.copy("run", "fork", [Draft("run_started", None, {})], at=0.0)
    assert CallBook(store, "fork", lambda: 0.0).found() == {4: REPLY}
    assert CallBook(store, "fork", lambda: 0.0).doubts() == {}
