"""Deleting a run: its log, its waiting calls, and those of its texts that no other run names.

To know the latter, all other logs must be read. That takes a while, so it is done beforehand and holds
nothing back; within the one transaction that deletes, only what was written since is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select

from evolve.runs.bodies import unpack
from evolve.runs.events import MEASURED, RESCORED
from evolve.runs.references import named
from evolve.runs.tables import CALLS, EVENTS, LEASES, RUNS, TEXTS

CHUNK: Final = 256
"""Events read at a time."""
_AT_ONCE: Final = 500
"""Texts in one statement."""
_NEXT: Final = (
    select(EVENTS.c.seq, EVENTS.c.body)
    .where(
        EVENTS.c.run_id == bindparam("run"),
        EVENTS.c.seq > bindparam("after"),
        # Tables of figures, which name no texts and are most of a log.
        EVENTS.c.kind.not_in((MEASURED, RESCORED)),
    )
    .order_by(EVENTS.c.seq)
    .limit(CHUNK)
)
_KEYS: Final[Any] = bindparam("keys", expanding=True)

_Run = tuple[int, float]
"""A run's number and time of creation: the number alone may be that of an earlier one."""


@dataclass(frozen=True, slots=True)
class Freed:
    """What goes with a run.

    Attributes:
        texts: Those that no other run names.
        kept: Texts of the run that another names, too.
        size_bytes: In the file, which keeps its size: later runs take the room.
    """

    events: int
    texts: int
    kept: int
    size_bytes: int


class Survey:
    """Which texts each run names, as far as the logs were read."""

    def __init__(self) -> None:
        self._last: dict[_Run, int] = {}
        self._names: dict[_Run, set[str]] = {}
        self._done: set[_Run] = set()

    def advance(self, connection: Connection) -> bool:
        """Reads on in the first log that is not read to its end; says whether there was one.

        Raises:
            BodyDamaged: An event cannot be read, so nobody knows which texts it names.
        """
        for run in _runs(connection):
            if run in self._done:
                continue
            last = self._last.get(run, -1)
            events = connection.execute(_NEXT, {"run": run[0], "after": last}).all()
            if events:
                names = self._names.setdefault(run, set())
                for seq, body in events:
                    names.update(named(unpack(body)))
                    self._last[run] = seq
                return True
            self._done.add(run)
        return False

    def look_again(self) -> None:
        """Has the next advance look for what was written at the ends of all logs."""
        self._done.clear()

    def texts(self, connection: Connection, run_id: int) -> tuple[list[bytes], list[bytes]]:
        """Finds the texts of a run that no other run names, and those that another names.

        Runs that are gone since they were read do not count. Calls that wait are read now: they are few.
        """
        own, others = _in_calls(connection, run_id), _in_calls(connection, run_id, of_others=True)
        for run in _runs(connection):
            (own if run[0] == run_id else others).update(self._names.get(run, ()))
        there = [bytes.fromhex(name) for name in sorted(own)]
        there = [key for part in _parts(there) for key in _stored(connection, part)]
        return [k for k in there if k.hex() not in others], [k for k in there if k.hex() in others]


def weigh(connection: Connection, run_id: int, survey: Survey) -> Freed:
    """Says what would go with a run."""
    gone, kept = survey.texts(connection, run_id)
    events, size = connection.execute(
        select(func.count(), func.coalesce(func.sum(func.length(EVENTS.c.body)), 0)).where(
            EVENTS.c.run_id == run_id
        )
    ).one()
    for part in _parts(gone):
        query = select(func.sum(func.length(TEXTS.c.body))).where(TEXTS.c.digest.in_(_KEYS))
        size += connection.execute(query, {"keys": part}).scalar_one()
    return Freed(events, len(gone), len(kept), size)


def erase(connection: Connection, run_id: int, survey: Survey) -> Freed:
    """Deletes a run within a writing transaction; the survey must have come to the end of all logs in it."""
    freed = weigh(connection, run_id, survey)
    gone, _ = survey.texts(connection, run_id)
    for table in (EVENTS, CALLS, LEASES):
        connection.execute(delete(table).where(table.c.run_id == run_id))
    connection.execute(delete(RUNS).where(RUNS.c.id == run_id))
    for part in _parts(gone):
        connection.execute(delete(TEXTS).where(TEXTS.c.digest.in_(_KEYS)), {"keys": part})
    return freed


def _runs(connection: Connection) -> list[_Run]:
    return [(row.id, row.created_at) for row in connection.execute(select(RUNS.c.id, RUNS.c.created_at))]


def _in_calls(connection: Connection, run_id: int, *, of_others: bool = False) -> set[str]:
    mine: Any = CALLS.c.run_id == run_id
    rows = connection.execute(select(CALLS.c.sent, CALLS.c.reply).where(~mine if of_others else mine))
    return {name for row in rows for body in row if body is not None for name in named(unpack(body))}


def _stored(connection: Connection, keys: Sequence[bytes]) -> Iterator[bytes]:
    """Those digests that are texts: events name other things by digest, too."""
    query = select(TEXTS.c.digest).where(TEXTS.c.digest.in_(_KEYS)).order_by(TEXTS.c.digest)
    yield from connection.execute(query, {"keys": keys}).scalars()


def _parts(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
