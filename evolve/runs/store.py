"""The store: logs of runs and the texts they speak of, in one file. The log is the truth about a run."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evolve.runs import calls, deletion, rows
from evolve.runs.bodies import BodyDamaged
from evolve.runs.database import BUSY_S, open_database
from evolve.runs.deletion import Freed, Survey
from evolve.runs.errors import StoreCorrupt
from evolve.runs.events import Draft, Event
from evolve.runs.rows import RunRow
from evolve.runs.run_file import RunFile
from evolve.runs.texts import digest

__all__ = ["RunRow", "Store", "digest"]

_CHUNK: Final = 256
"""Rows read at a time: between chunks no transaction is open, so that a slow reader holds nothing back."""


class Store(RunFile):
    """Runs in one file; append and iterate. Threads may share it, and processes may open the same file."""

    @staticmethod
    def open(path: Path, *, create: bool = True, busy_s: float = BUSY_S) -> "Store":
        """Opens the store at `path`; with `create`, makes it and its folders where they are missing.

        Another program's lock is waited for `busy_s` seconds.

        Raises:
            StoreError: What is there is no store, cannot be written, or is not safe there.
        """
        return Store(open_database(path, create=create, busy_s=busy_s))

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
        with self.writing(run, at=at, texts=texts) as (connection, run_id):
            numbered = rows.insert_events(connection, run_id, packed)
            calls.forget(connection, run_id, settled)
        return [rows.event(run, row) for row in numbered]

    def events(self, run: str, *, after: int = -1, kinds: Collection[str] | None = None) -> Iterator[Event]:
        """Yields the events behind `after`, of the given kinds if any, in order, up to the end of the log.

        Raises:
            UnknownRun: At once.
            StoreCorrupt: When the damage is reached; what came before is sound.
        """
        with self.reading(run):
            pass
        return self._stream(run, max(after, -1), kinds)

    def _stream(self, run: str, last: int, kinds: Collection[str] | None) -> Iterator[Event]:
        more, counts = True, last < 0 and kinds is None
        while more:
            with self.reading(run) as (connection, run_id):  # found anew: it may have been deleted meanwhile
                chunk = rows.select_events(connection, run_id, after=last, kinds=kinds, limit=_CHUNK)
                there = rows.count_events(connection, run_id) if counts and len(chunk) < _CHUNK else None
            for row in chunk:
                if kinds is None and row["seq"] != last + 1:
                    raise StoreCorrupt(self._database.path, f"run {run!r} lacks event {last + 1}")
                last = row["seq"]
                yield _event(self._database.path, run, row)
            if there not in {None, last + 1}:  # a damaged index can hide the end of a log
                raise StoreCorrupt(
                    self._database.path, f"run {run!r} has {there} events, but {last + 1} are found"
                )
            more = len(chunk) == _CHUNK

    def runs(self) -> list[RunRow]:
        """Lists the runs, newest first."""
        with self._database.read() as connection:
            return rows.select_runs(connection)

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

    def weigh(self, run: str, *, at: float) -> Freed:
        """Says what would go with a run that is deleted.

        Raises:
            RunLocked: Somebody writes it.
        """
        self.refuse_written(run, at=at)
        survey = self._surveyed()
        with self.reading(run) as (connection, run_id):
            return deletion.weigh(connection, run_id, survey)

    def delete(self, run: str, *, at: float) -> Freed:
        """Deletes a run that nobody writes, and those of its texts that no other run names: all, or nothing.

        Raises:
            RunLocked: Somebody writes it.
            StoreCorrupt: A log cannot be read, so nobody knows which texts it needs.
        """
        self.refuse_written(run, at=at)
        survey = self._surveyed()
        with self.writing(run, at=at) as (connection, run_id), _whole(self._database.path):
            survey.look_again()
            while survey.advance(connection):
                pass
            freed = deletion.erase(connection, run_id, survey)
        self.forget(run)
        return freed

    def _surveyed(self) -> Survey:
        """Reads which texts every run names, a chunk at a time."""
        survey, more = Survey(), True
        while more:
            with self._database.read() as connection, _whole(self._database.path):
                more = survey.advance(connection)
        return survey


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    try:
        yield
    except BodyDamaged as error:
        raise StoreCorrupt(path, f"which texts its runs need cannot be told: {error}") from error


def _event(path: Path, run: str, row: rows.EventRow) -> Event:
    try:
        return rows.event(run, row)
    except BodyDamaged as error:
        raise StoreCorrupt(path, f"event {row['seq']} of run {run!r}: {error}") from error
