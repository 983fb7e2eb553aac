"""The file of a store: its texts, and transactions on its runs by whoever may write them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Connection

from evolve.runs import lease as leases
from evolve.runs import rows
from evolve.runs.database import Database
from evolve.runs.errors import StoreCorrupt, UnknownText
from evolve.runs.lease import Lease
from evolve.runs.texts import Recent, TextDamaged, digest, pack_text, unpack_text

_REMEMBERED: Final = 4096
"""Digests of texts that a store remembers to have written."""


class RunFile:
    """An open file of runs. Threads may share it, and processes may open the same file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._leases: dict[str, Lease] = {}
        """Taken through this store, by run: an append must still hold the one it took."""
        self._written: dict[str, Recent] = {}
        """Digests of texts that are in the file, by the run that names them: prompts share most of theirs.
        Those of another run may be deleted with it."""

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def text(self, name: str) -> str:
        """Finds a text by its digest.

        Raises:
            UnknownText: There is none.
        """
        found = self.texts([name])
        if name not in found:
            raise UnknownText(name, self._database.path)
        return found[name]

    def texts(self, names: Collection[str]) -> dict[str, str]:
        """Finds texts by their digests, all at once; those that are not there are left out.

        Raises:
            StoreCorrupt: One is not as it was written.
        """
        with self._database.read() as connection:
            blobs = rows.select_texts(connection, names)
        try:
            return {name: unpack_text(blob, name) for name, blob in blobs.items()}
        except TextDamaged as error:
            raise StoreCorrupt(self._database.path, str(error)) from error

    @contextmanager
    def writing(
        self, run: str, *, at: float | None, texts: Sequence[str] = ()
    ) -> Iterator[tuple[Connection, int]]:
        """Opens a transaction of whoever may write a run, which also adds texts; gives the run's number.

        Args:
            at: When that is; None for what anybody may write.

        Raises:
            RunLocked, LeaseLost: As for `append`.
        """
        named = {digest(text): text for text in texts}
        written = self._written.setdefault(run, Recent(_REMEMBERED))
        blobs = {name: pack_text(text) for name, text in named.items() if name not in written}
        with self._database.write() as connection:
            run_id = rows.find_run(connection, run, self._database.path)
            if at is not None:
                self._check_right(connection, run, run_id=run_id, at=at)
            yield connection, run_id
            rows.insert_texts(connection, blobs)
        written.add(blobs)

    def forget(self, run: str) -> None:
        """Forgets what is in the file of a run, since it was deleted."""
        self._written.pop(run, None)

    @contextmanager
    def reading(self, run: str) -> Iterator[tuple[Connection, int]]:
        """Opens a look at one moment of the store; gives the run's number.

        Raises:
            UnknownRun: There is none of that name.
        """
        with self._database.read() as connection:
            yield connection, rows.find_run(connection, run, self._database.path)

    def refuse_written(self, run: str, *, at: float) -> None:
        """Looks whether another holds the lease of a run, without waiting for anybody's lock.

        Raises:
            RunLocked: Another does.
        """
        with self.reading(run) as (connection, run_id):
            self._check_right(connection, run, run_id=run_id, at=at)

    def _check_right(self, connection: Connection, run: str, *, run_id: int, at: float) -> None:
        lease = self._leases.get(run)
        if lease is not None and lease.claim is not None:
            leases.show(connection, lease.claim)
        else:
            leases.refuse_living(connection, run, run_id=run_id, now=at)

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
