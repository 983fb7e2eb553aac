"""Models in the loop: money, replies and determinism are safe, whatever the model does."""

import asyncio
import time
from pathlib import Path

import pytest

from evolve.models.language_model import EndpointUnusable, InDoubt, ModelError, NotBilled, Refused
from evolve.models.scripted import Recorded
from evolve.runs.accounts import SILENT
from evolve.runs.callbook import waiting_calls
from evolve.runs.engine import EndReason
from evolve.runs.events import ASKED, REPLIED, RESUMED, STOPPED
from evolve.runs.header import Header
from evolve.runs.history import rebuild
from evolve.runs.proposing import Proposing
from evolve.runs.recording import first_difference
from evolve.runs.reply import Reply
from evolve.runs.session import Session
from evolve.runs.state import State
from evolve.runs.store import Store
from problems.registry import get
from tests.evolve.runs.searches import Observed, Quiet, read
from tests.evolve.runs.talking import Clerk, Talker, converse, converse_on, talking

pytestmark = pytest.mark.usefixtures("toy")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


def told(found: Observed) -> list[object]:
    """What a run tells, whoever it was stopped by."""
    return [e for e in found.events if e[0] not in {"run_started", RESUMED, STOPPED, "compared"}]


def rebuilt(path: Path) -> State:
    with Store.open(path, create=False) as store:
        header = Header.read(store, "run")
        return rebuild(store, "run", header, get(header.spec.problem).axes)


def unlucky(step: int, attempt: int) -> ModelError | None:
    """Fails in every way in which a step can fail, and the run go on."""
    if step % 11 == 5:
        return InDoubt("timed_out", "no reply")
    if step % 13 == 6:
        return Refused("refused_request", "too long")
    if step % 7 == 4 and attempt == 0:
        return NotBilled("rate_limited", "slow down", retry_after_s=0.01)
    return None


def test_a_run_asks_pays_and_tells(path: Path) -> None:
    clerk = Clerk()
    ending = asyncio.run(converse(path, talking(), clerk))
    assert ending.reason is EndReason.MAX_EVALS
    assert ending.state.accounts.ledger.spent.usd == pytest.approx(sum(clerk.paid.values()), abs=1e-12)
    assert ending.state.accounts.ledger.reserved == {}
    with Store.open(path, create=False) as store:
        assert waiting_calls(store, "run") == {}
        replied = [e for e in store.events("run") if e.kind == REPLIED]
        asked = [e for e in store.events("run") if e.kind == ASKED and "prompt" in e.body]
        assert [e.step for e in replied] == [e.step for e in asked] == sorted(clerk.paid)
        assert "".join(map(store.text, asked[0].body["prompt"])).startswith("## Parent\n")


def test_workers_and_calls_change_nothing(tmp_path: Path) -> None:
    left, right = tmp_path / "left.db", tmp_path / "right.db"
    few, many = Clerk(unlucky), Clerk(unlucky)
    asyncio.run(converse(left, talking(workers=1, calls=1, window=24), few))
    asyncio.run(converse(right, talking(workers=2, calls=16, window=24), many))
    assert few.busiest == 1
    assert many.busiest > 8  # else this test would prove nothing
    one, other = read(left), read(right)
    assert one.digest == other.digest
    assert told(one) == told(other)
    assert {"evaluated", "model_failed"} <= one.outcomes


def test_recorded_replies_make_the_same_run_at_any_parallelism(tmp_path: Path) -> None:
    first, again = tmp_path / "first.db", tmp_path / "again.db"
    asyncio.run(converse(first, talking(workers=2, calls=16, window=24), Clerk(delay_s=0.01)))
    with Store.open(first, create=False) as store:
        replies = {
            e.step: reply
            for e in store.events("run", kinds=(REPLIED,))
            if (reply := Reply.of(e.body, store.text(e.body["text"])).completion) and e.step is not None
        }
    asyncio.run(converse(again, talking(workers=1, calls=1, window=24), Recorded(replies)))
    assert told(read(again)) == told(read(first))


def test_what_cannot_be_paid_twice_is_asked_once(path: Path) -> None:
    clerk = Clerk(unlucky, delay_s=0.001)
    asyncio.run(converse(path, talking(), clerk))
    doubtful = {step for step in clerk.asked if step % 11 == 5}
    limited = {step for step in clerk.asked if step % 7 == 4} - doubtful
    assert doubtful
    assert limited
    assert all(clerk.asked.count(step) == 1 for step in doubtful)
    assert all(clerk.asked.count(step) == 2 for step in limited if step % 13 != 6)


def test_a_call_in_doubt_stays_spent(path: Path) -> None:
    clerk = Clerk(unlucky, delay_s=0.001)
    ending = asyncio.run(converse(path, talking(), clerk))
    with Store.open(path, create=False) as store:
        reserves = {e.step: e.body["reserve"][0] for e in store.events("run") if "reserve" in e.body}
    doubtful = [reserve for step, reserve in reserves.items() if step is not None and step % 11 == 5]
    ledger = ending.state.accounts.ledger
    assert ledger.doubtful.usd == pytest.approx(sum(doubtful))
    assert ledger.spent.usd == pytest.approx(sum(clerk.paid.values()) + sum(doubtful))
    assert rebuilt(path).accounts.ledger == ledger


def test_dollars_are_never_passed_and_end_the_run(path: Path) -> None:
    clerk = Clerk(delay_s=0.001)
    ending = asyncio.run(converse(path, talking(max_evals=1000, max_usd=0.03), clerk))
    assert ending.reason is EndReason.MAX_USD
    assert 0.018 < sum(clerk.paid.values()) <= 0.03  # the last reserve does not fit, so a little is left


def test_tokens_are_never_passed_and_end_the_run(path: Path) -> None:
    ending = asyncio.run(converse(path, talking(max_evals=1000, max_tokens=20_000), Clerk(delay_s=0.001)))
    assert ending.reason is EndReason.MAX_TOKENS
    assert ending.state.accounts.ledger.spent.tokens <= 20_000


def test_more_dollars_go_on_where_the_old_ones_ended(path: Path) -> None:
    asyncio.run(converse(path, talking(max_evals=1000, max_usd=0.02), Clerk(delay_s=0.001)))
    before = read(path).events
    ending = asyncio.run(converse_on(path, Clerk(delay_s=0.001), max_usd=0.05))
    assert ending.reason is EndReason.MAX_USD
    assert 0.035 < ending.state.accounts.ledger.spent.usd <= 0.05
    assert read(path).events[: len(before)] == before


def test_an_unusable_endpoint_stops_the_run_at_once_and_loses_nothing(path: Path) -> None:
    def gone(step: int, attempt: int) -> ModelError | None:
        return EndpointUnusable("quota", "no credit is left") if step >= 8 else None

    with pytest.raises(EndpointUnusable, match="no credit is left"):
        asyncio.run(converse(path, talking(), Clerk(gone)))
    state = rebuilt(path)
    assert 3 <= state.commits <= 8
    with Store.open(path, create=False) as store:
        *_, last = store.events("run")
        assert (last.kind, last.body) == (STOPPED, {"reason": "endpoint", "detail": "no credit is left"})
        kept = waiting_calls(store, "run")
    assert all(row.reply is not None for row in kept.values())  # nothing unpaid is left in doubt
    second = Clerk()
    asyncio.run(converse_on(path, second))
    assert not set(kept) & set(second.asked)  # what arrived before is not paid again


def test_a_stopped_and_resumed_run_is_the_uninterrupted_one(tmp_path: Path) -> None:
    whole, stopped = tmp_path / "whole.db", tmp_path / "stopped.db"
    asyncio.run(converse(whole, talking(), Clerk(unlucky)))

    async def stop_midway() -> None:
        interrupted = asyncio.Event()

        def stop(step: int, attempt: int) -> ModelError | None:
            if step >= 9:
                interrupted.set()
            return unlucky(step, attempt)

        ending = await converse(stopped, talking(), Clerk(stop), interrupted=interrupted)
        assert ending.reason is EndReason.INTERRUPTED

    asyncio.run(stop_midway())
    second = Clerk(unlucky)
    asyncio.run(converse_on(stopped, second))
    assert told(read(stopped)) == told(read(whole))
    assert read(stopped).digest == read(whole).digest


def test_an_endpoint_that_never_answers_usably_ends_the_run(path: Path) -> None:
    def silent(step: int, attempt: int) -> ModelError | None:
        return InDoubt("garbled", "no JSON")

    ending = asyncio.run(converse(path, talking(), Clerk(silent, delay_s=0.001)))
    assert ending.reason is EndReason.SILENT
    assert ending.state.accounts.silent == SILENT


def test_a_model_that_was_never_reached_is_given_up_soon(path: Path) -> None:
    def refused(step: int, attempt: int) -> ModelError | None:
        return NotBilled("unreachable", "connection refused by 127.0.0.1")

    clerk = Clerk(refused, delay_s=0.001)
    with pytest.raises(EndpointUnusable, match=r"127\.0\.0\.1"):
        asyncio.run(converse(path, talking(calls=1), clerk))
    assert len(clerk.asked) == 3
    with Store.open(path, create=False) as store:
        assert waiting_calls(store, "run") == {}


def test_a_repeated_run_is_the_recorded_one_without_its_model(path: Path) -> None:
    asyncio.run(converse(path, talking(max_usd=0.02, max_evals=1000), Clerk(unlucky, delay_s=0.001)))
    asyncio.run(converse_on(path, Clerk(unlucky, delay_s=0.001), max_usd=0.03))

    async def repeat() -> EndReason:
        with Store.open(path, create=False) as store:
            proposing, nobody = Proposing(operator=Talker()), asyncio.Event()
            session = Session(store, Quiet(), clock=time.time, interrupted=nobody, proposing=proposing)
            return (await session.repeat("run", "again", workers=1)).reason

    assert asyncio.run(repeat()) is EndReason.REPEATED
    assert read(path, "again").digest == read(path).digest
    with Store.open(path, create=False) as store:
        assert first_difference(store, "run", "again") is None
