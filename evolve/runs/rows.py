"""Rows of the tables: what each transaction reads and writes."""

import math
import string
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, literal, select

from evolve.runs.bodies import BodyDamaged, pack, unpack
from evolve.runs.errors import RunExists, RunNameRefused, UnknownRun
from evolve.runs.events import Draft, Event
from evolve.runs.tables import EVENTS, RUNS, TEXTS

EventRow = Mapping[str, Any] | RowMapping
"""Columns of `EVENTS` by name, the run aside."""

_NAME_CHARACTERS: Final = 200
_DIGEST_DIGITS: Final = 64
_HEADS: Final = ("step", "kind", "version", "at")
_READ: Final = tuple(column for column in EVENTS.c if column.name != "run_id")
# Statements of every transaction are made once: making one costs as much as running it.
_FIND_RUN: Final = select(RUNS.c.id).where(RUNS.c.name == bindparam("name"))
_LAST: Final = select(func.max(EVENTS.c.seq)).where(EVENTS.c.run_id == bindparam("run"))
_ADD_EVENTS: Final = insert(EVENTS)
_KNOWN_TEXTS: Final = select(TEXTS.c.digest).where(TEXTS.c.digest.in_(bindparam("keys", expanding=True)))
_SOME_TEXTS: Final = select(TEXTS.c.digest, TEXTS.c.body).where(
    TEXTS.c.digest.in_(bindparam("keys", expanding=True))
)
_ADD_TEXTS: Final = insert(TEXTS)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run, in a listing.

    Attributes:
        created_at: Seconds since the epoch.
        last_at: When its last event was written.
        events: How many there are.
    """

    name: str
    created_at: float
    last_at: float
    events: int


def packed(drafts: Sequence[Draft], at: float) -> list[dict[str, Any]]:
    """Makes rows that lack only their place; done before a transaction begins, so that it is short.

    Raises:
        ValueError: A body is not plain data, or the time is not finite.
    """
    if not math.isfinite(at):
        raise ValueError(f"expected a time in seconds since the epoch, but got {at}")
    return [_packed(draft, float(at)) for draft in drafts]


def _packed(draft: Draft, at: float) -> dict[str, Any]:
    step = None if draft.step is None else int(draft.step)
    row: dict[str, Any] = {"step": step, "kind": str(draft.kind), "version": int(draft.version), "at": at}
    row["body"] = pack(draft.body)
    return row | {"checksum": _checksum(row)}


def event(run: str, row: EventRow) -> Event:
    """Makes the event of a row.

    Raises:
        BodyDamaged: The row is not as it was written.
    """
    if _checksum(row) != row["checksum"]:
        raise BodyDamaged("its checksum differs")
    return Event(run, row["seq"], row["step"], row["kind"], row["version"], row["at"], unpack(row["body"]))


def _checksum(row: EventRow) -> int:
    """Covers all but the place: SQLite has no checksums, and a damaged score must not be believed."""
    heads = repr([row[name] for name in _HEADS])
    return zlib.crc32(row["body"], zlib.crc32(heads.encode()))


def find_run(connection: Connection, name: str, path: Path) -> int:
    """Finds the id of a run.

    Raises:
        UnknownRun: There is none of that name.
    """
    # A name that cannot be stored may hold what cannot even be asked for, such as a lone surrogate.
    found = connection.execute(_FIND_RUN, {"name": name}).scalar_one_or_none() if name.isprintable() else None
    if found is None:
        raise UnknownRun(name, path, connection.execute(select(RUNS.c.name)).scalars().all())
    return int(found)


def new_run(connection: Connection, name: str, path: Path, *, at: float) -> int:
    """Adds a run, and returns its id.

    Raises:
        RunNameRefused: The name is empty, too long, or not printable.
        RunExists: The name is taken.
    """
    if not (name.isprintable() and 0 < len(name) <= _NAME_CHARACTERS):
        raise RunNameRefused(name, _NAME_CHARACTERS)
    if connection.execute(select(RUNS.c.id).where(RUNS.c.name == name)).first() is not None:
        raise RunExists(name, path)
    result = connection.execute(insert(RUNS).values(name=name, created_at=at).returning(RUNS.c.id))
    return int(result.scalar_one())


def select_runs(connection: Connection) -> list[RunRow]:
    """Lists runs that have events, newest first."""
    here = EVENTS.c.run_id == RUNS.c.id
    # Looked up by run, where a join would have SQLite read every event of every run.
    last = select(func.max(EVENTS.c.seq)).where(here).scalar_subquery()
    at = select(EVENTS.c.at).where(here).order_by(EVENTS.c.seq.desc()).limit(1).scalar_subquery()
    query = (
        select(RUNS.c.name, RUNS.c.created_at, at, last + 1)
        .where(last.is_not(None))
        .order_by(RUNS.c.created_at.desc(), RUNS.c.id.desc())
    )
    return [RunRow(*row) for row in connection.execute(query)]


def insert_events(connection: Connection, run_id: int, rows: Sequence[EventRow]) -> list[dict[str, Any]]:
    """Adds rows at the end of a run's log, and returns them with their places."""
    last = connection.execute(_LAST, {"run": run_id}).scalar_one()
    first = 0 if last is None else last + 1
    numbered = [{"run_id": run_id, "seq": seq, **row} for seq, row in enumerate(rows, first)]
    if numbered:
        connection.execute(_ADD_EVENTS, numbered)
    return numbered


def select_events(
    connection: Connection, run_id: int, *, after: int, kinds: Collection[str] | None, limit: int
) -> Sequence[RowMapping]:
    """Reads the next rows of a run's log, in order."""
    query = select(*_READ).where(EVENTS.c.run_id == run_id, EVENTS.c.seq > after)
    if kinds is not None:
        query = query.where(EVENTS.c.kind.in_(sorted(kinds)))
    return connection.execute(query.order_by(EVENTS.c.seq).limit(limit)).mappings().all()


def count_events(connection: Connection, run_id: int) -> int:
    """Counts a run's events in the table itself, past its index: the sum keeps the index from being used."""
    query = select(func.count()).select_from(EVENTS).where(EVENTS.c.run_id + 0 == run_id)
    return int(connection.execute(query).scalar_one())


def copy_events(connection: Connection, old_id: int, new_id: int, *, upto_seq: int | None) -> None:
    """Adds the old log, from its second event, behind what the new one has."""
    c = EVENTS.c
    length = select(func.count()).where(c.run_id == new_id)
    shift = connection.execute(length).scalar_one() - 1
    moved = {column.name: column for column in c} | {"run_id": literal(new_id), "seq": c.seq + shift}
    rows = select(*moved.values()).where(c.run_id == old_id, c.seq > 0)
    if upto_seq is not None:
        rows = rows.where(c.seq <= upto_seq)
    connection.execute(insert(EVENTS).from_select(list(moved), rows))


def insert_texts(connection: Connection, blobs: Mapping[str, bytes]) -> None:
    """Adds texts, by digest, that are not there yet."""
    keys = {bytes.fromhex(digest): blob for digest, blob in blobs.items()}
    if not keys:
        return
    there = set(connection.execute(_KNOWN_TEXTS, {"keys": list(keys)}).scalars())
    new = [{"digest": key, "body": blob} for key, blob in keys.items() if key not in there]
    if new:
        connection.execute(_ADD_TEXTS, new)


def select_texts(connection: Connection, digests: Collection[str]) -> dict[str, bytes]:
    """Reads texts' bytes by digest; those that are not there are left out."""
    digits = set(string.hexdigits.lower())
    keys = [bytes.fromhex(d) for d in digests if len(d) == _DIGEST_DIGITS and set(d) <= digits]
    return {key.hex(): body for key, body in connection.execute(_SOME_TEXTS, {"keys": keys})}
