"""The store: logs of runs and the texts they speak of, in one file. The log is the truth about a run."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Connection

from evolve.runs import calls, rows
from evolve.runs import lease as leases
from evolve.runs.bodies import BodyDamaged
from evolve.runs.calls import CallRow
from evolve.runs.database import BUSY_S, Database, open_database
from evolve.runs.errors import StoreCorrupt, UnknownText
from evolve.runs.events import Body, Draft, Event
from evolve.runs.lease import Lease
from evolve.runs.rows import RunRow
from evolve.runs.texts import Recent, TextDamaged, digest, pack_text, unpack_text

__all__ = ["CallRow", "RunRow", "Store", "digest"]

_CHUNK: Final = 256
"""Rows read at a time: between chunks no transaction is open, so that a slow reader holds nothing back."""
_REMEMBERED: Final = 4096
"""Digests of texts that a store remembers to have written."""


class Store:
    """Runs in one file; append and iterate. Threads may share it, and processes may open the same file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._leases: dict[str, Lease] = {}
        """Taken through this store, by run: an append must still hold the one it took."""
        self._written = Recent(_REMEMBERED)
        """Digests of texts that are in the file: prompts share most of theirs."""

    @staticmethod
    def open(path: Path, *, create: bool = True, busy_s: float = BUSY_S) -> "Store":
        """Opens the store at `path`; with `create`, makes it and its folders where they are missing.

        Another program's lock is waited for `busy_s` seconds.

        Raises:
            StoreError: What is there is no store, cannot be written, or is not safe there.
        """
        return Store(open_database(path, create=create, busy_s=busy_s))

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def create(self, run: str, drafts: Sequence[Draft], *, at: float) -> None:
        """Starts the log of a new run with its first events.

        Raises:
            RunExists: The name is taken.
        """
        packed = rows.packed(drafts, at)
        with self._database.write() as connection:
            run_id = rows.new_run(connection, run, self._database.path, at=at)
            rows.insert_events(connection, run_id, packed)

    def append(
        self,
        run: str,
        drafts: Sequence[Draft],
        *,
        at: float,
        texts: Sequence[str] = (),
        settled: Sequence[int] = (),
    ) -> list[Event]:
        """Adds events and texts to a run: all of them, on disk, or none.

        Args:
            settled: Steps whose calls the log now tells of, so that they need not be kept apart.

        Raises:
            RunLocked: Another holds the lease of the run.
            LeaseLost: This store took the lease, and another took it over.
        """
        packed = rows.packed(drafts, at)
        blobs = self._blobs(texts)
        with self._database.write() as connection:
            run_id = rows.find_run(connection, run, self._database.path)
            self._check_right(connection, run, run_id=run_id, at=at)
            numbered = rows.insert_events(connection, run_id, packed)
            rows.insert_texts(connection, blobs)
            calls.forget(connection, run_id, settled)
        self._written.add(blobs)
        return [rows.event(run, row) for row in numbered]

    def send(self, run: str, sent: Mapping[int, Body], *, at: float) -> None:
        """Notes, before it is done, that calls are sent for some steps.

        Raises:
            RunLocked, LeaseLost: As for `append`.
        """
        with self._database.write() as connection:
            run_id = rows.find_run(connection, run, self._database.path)
            self._check_right(connection, run, run_id=run_id, at=at)
            calls.insert_sent(connection, run_id, sent)

    def receive(self, run: str, replies: Mapping[int, Body], *, at: float, texts: Sequence[str] = ()) -> None:
        """Keeps replies with their texts until their steps are committed.

        Raises:
            RunLocked, LeaseLost: As for `append`.
        """
        blobs = self._blobs(texts)
        with self._database.write() as connection:
            run_id = rows.find_run(connection, run, self._database.path)
            self._check_right(connection, run, run_id=run_id, at=at)
            calls.keep_replies(connection, run_id, replies)
            rows.insert_texts(connection, blobs)
        self._written.add(blobs)

    def deliver(self, run: str, step: int, reply: Body, *, texts: Sequence[str] = ()) -> bool:
        """Answers a call that waits for a person, whoever writes the run; False if none waits there."""
        with self._database.write() as connection:
            run_id = rows.find_run(connection, run, self._database.path)
            waits = calls.select_calls(connection, run_id).get(step)
            if waits is None or waits.reply is not None:
                return False
            calls.keep_replies(connection, run_id, {step: reply})
            rows.insert_texts(connection, self._blobs(texts))
        return True

    def calls(self, run: str) -> dict[int, CallRow]:
        """Reads the calls of steps that are not committed, by step."""
        with self._database.read() as connection:
            run_id = rows.find_run(connection, run, self._database.path)
            return calls.select_calls(connection, run_id)

    def _blobs(self, texts: Sequence[str]) -> dict[str, bytes]:
        """Packs the texts that are not known to be in the file."""
        named = {digest(text): text for text in texts}
        return {name: pack_text(text) for name, text in named.items() if name not in self._written}

    def refuse_written(self, run: str, *, at: float) -> None:
        """Looks whether another holds the lease of a run, without waiting for anybody's lock.

        Raises:
            RunLocked: Another does.
        """
        with self._database.read() as connection:
            run_id = rows.find_run(connection, run, self._database.path)
            self._check_right(connection, run, run_id=run_id, at=at)

    def _check_right(self, connection: Connection, run: str, *, run_id: int, at: float) -> None:
        lease = self._leases.get(run)
        if lease is not None and lease.claim is not None:
            leases.show(connection, lease.claim)
        else:
            leases.refuse_living(connection, run, run_id=run_id, now=at)

    def events(self, run: str, *, after: int = -1, kinds: Collection[str] | None = None) -> Iterator[Event]:
        """Yields the events behind `after`, of the given kinds if any, in order, up to the end of the log.

        Raises:
            UnknownRun: At once.
            StoreCorrupt: When the damage is reached; what came before is sound.
        """
        with self._database.read() as connection:
            run_id = rows.find_run(connection, run, self._database.path)
        return self._stream(run, run_id, max(after, -1), kinds)

    def _stream(self, run: str, run_id: int, last: int, kinds: Collection[str] | None) -> Iterator[Event]:
        more = True
        while more:
            with self._database.read() as connection:
                chunk = rows.select_events(connection, run_id, after=last, kinds=kinds, limit=_CHUNK)
            for row in chunk:
                if kinds is None and row["seq"] != last + 1:
                    raise StoreCorrupt(self._database.path, f"run {run!r} lacks event {last + 1}")
                last = row["seq"]
                yield _event(self._database.path, run, row)
            more = len(chunk) == _CHUNK

    def runs(self) -> list[RunRow]:
        """Lists the runs, newest first."""
        with self._database.read() as connection:
            return rows.select_runs(connection)

    def text(self, digest: str) -> str:
        """Finds a text by its digest.

        Raises:
            UnknownText: There is none.
        """
        with self._database.read() as connection:
            blob = rows.select_text(connection, digest)
        if blob is None:
            raise UnknownText(digest, self._database.path)
        try:
            return unpack_text(blob, digest)
        except TextDamaged as error:
            raise StoreCorrupt(self._database.path, str(error)) from error

    def lease(self, run: str, *, now: Callable[[], float]) -> Lease:
        """Takes the right to write a run, for 30 s at a time; at once if its last owner died on this machine.

        Raises:
            RunLocked: Another holds it.
        """
        with self._database.write() as connection:
            run_id = rows.find_run(connection, run, self._database.path)
            claim = leases.take(connection, run, run_id=run_id, now=now())
        lease = self._leases[run] = Lease(self._database, claim, now)
        return lease

    def copy(
        self, old: str, new: str, drafts_first: Sequence[Draft], upto_seq: int | None = None, *, at: float
    ) -> None:
        """Starts a new run with events of its own, then those of an old run from its second up to `upto_seq`.

        Raises:
            RunExists: The new name is taken.
        """
        packed = rows.packed(drafts_first, at)
        with self._database.write() as connection:
            old_id = rows.find_run(connection, old, self._database.path)
            new_id = rows.new_run(connection, new, self._database.path, at=at)
            rows.insert_events(connection, new_id, packed)
            rows.copy_events(connection, old_id, new_id, upto_seq=upto_seq)
            calls.copy_replies(connection, old_id, new_id)


def _event(path: Path, run: str, row: rows.EventRow) -> Event:
    try:
        return rows.event(run, row)
    except BodyDamaged as error:
        raise StoreCorrupt(path, f"event {row['seq']} of run {run!r}: {error}") from error
