"""Calls of models in the database: noted before they are sent, kept with their reply until the log has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, literal, select, update

from evolve.runs.bodies import pack, unpack
from evolve.runs.events import Body
from evolve.runs.tables import CALLS

# Statements of every transaction are made once: making one costs as much as running it.
_STEPS: Final = select(CALLS.c.step).where(CALLS.c.run_id == bindparam("run"))
_NOTE: Final = insert(CALLS)
_ONE: Final = (CALLS.c.run_id == bindparam("run"), CALLS.c.step == bindparam("of"))
_ANSWER: Final = update(CALLS).where(*_ONE).values(reply=bindparam("body"))
_FORGET: Final = delete(CALLS).where(*_ONE)


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call of a step that is not committed.

    Attributes:
        sent: What was noted before it was sent.
        reply: None while none has arrived.
    """

    sent: Mapping[str, Any]
    reply: Mapping[str, Any] | None


def insert_sent(connection: Connection, run_id: int, sent: Mapping[int, Body]) -> None:
    """Notes calls that are not noted yet; what somebody replied to an earlier note stays."""
    if not sent:
        return
    there = set(connection.execute(_STEPS, {"run": run_id}).scalars())
    rows = [
        {"run_id": run_id, "step": step, "sent": pack(body)}
        for step, body in sent.items()
        if step not in there
    ]
    if rows:
        connection.execute(_NOTE, rows)


def keep_replies(connection: Connection, run_id: int, replies: Mapping[int, Body]) -> None:
    """Keeps replies beside the calls they answer."""
    rows = [{"run": run_id, "of": step, "body": pack(body)} for step, body in replies.items()]
    if rows:
        connection.execute(_ANSWER, rows)


def select_calls(connection: Connection, run_id: int) -> dict[int, CallRow]:
    """Reads a run's calls by step, in order."""
    query = select(CALLS.c.step, CALLS.c.sent, CALLS.c.reply).where(CALLS.c.run_id == run_id)
    rows = connection.execute(query.order_by(CALLS.c.step)).all()
    return {step: CallRow(unpack(sent), reply and unpack(reply)) for step, sent, reply in rows}


def forget(connection: Connection, run_id: int, steps: Sequence[int]) -> None:
    """Drops calls that the log tells of, or that were not sent after all."""
    if steps:
        connection.execute(_FORGET, [{"run": run_id, "of": step} for step in steps])


def copy_replies(connection: Connection, old_id: int, new_id: int) -> None:
    """Gives a copy of a run the replies that arrived for steps which the copy has yet to commit."""
    c = CALLS.c
    rows = select(literal(new_id), c.step, c.sent, c.reply).where(c.run_id == old_id, c.reply.is_not(None))
    connection.execute(insert(CALLS).from_select(["run_id", "step", "sent", "reply"], rows))
