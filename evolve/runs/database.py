"""The database file: opened, checked, and its failures translated. The only module that knows SQLite."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from evolve.runs import errors
from evolve.runs.mounts import refuse_network
from evolve.runs.tables import METADATA, VERSION

BUSY_S: Final = 5.0
"""How long to wait for another program's lock."""

_APPLICATION: Final = 0x41445253  # "ADRS", in the file's header
_WRITES: Final = "adrs_writes"
_PRAGMAS: Final = (
    "PRAGMA page_size = 4096",  # heeded by a new file only: small pages keep each commit's write-ahead small
    "PRAGMA synchronous = FULL",  # what is committed survives a power failure
    "PRAGMA cell_size_check = ON",  # damage is found when a page is read, not when it misleads
    "PRAGMA trusted_schema = OFF",  # a store may come from a stranger
)


def _cannot_open(path: Path, detail: str) -> errors.StoreError:
    writable = os.access(path.parent, os.W_OK)
    return errors.StoreUnreachable(path, detail) if writable else errors.StoreReadOnly(path)


_MEANINGS: Final[Mapping[int, Callable[[Path, str], errors.StoreError]]] = MappingProxyType(
    {
        sqlite3.SQLITE_IOERR_SHMSIZE: lambda path, _: errors.DiskFull(path),  # of the write-ahead index
        sqlite3.SQLITE_FULL: lambda path, _: errors.DiskFull(path),
        sqlite3.SQLITE_BUSY: lambda path, _: errors.StoreBusy(path),
        sqlite3.SQLITE_LOCKED: lambda path, _: errors.StoreBusy(path),
        sqlite3.SQLITE_READONLY: lambda path, _: errors.StoreReadOnly(path),
        sqlite3.SQLITE_CORRUPT: errors.StoreCorrupt,
        sqlite3.SQLITE_NOTADB: lambda path, _: errors.NotAStore(path, "no database"),
        sqlite3.SQLITE_CANTOPEN: _cannot_open,
        sqlite3.SQLITE_IOERR: errors.StoreUnreachable,
        sqlite3.SQLITE_PERM: errors.StoreUnreachable,
    }
)
"""What codes of SQLite mean to a user; an extended code goes before its family, others are faults of ours."""


class Database:
    """An open file, shared by threads; each transaction has a connection of its own."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        self._file = _identity(path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Gives a connection that sees one moment of the log; it blocks no writer."""
        with translated(self.path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Gives the one connection that may write now; on leaving, all of it is on disk, or none.

        Raises:
            StoreUnreachable: The file was moved or deleted: what is written would be lost with it.
        """
        if _identity(self.path) != self._file:
            raise errors.StoreUnreachable(self.path, "it was moved, deleted or replaced while it was open")
        with translated(self.path), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Closes every connection; the last one to close folds the write-ahead log into the file."""
        self._engine.dispose()


def open_database(path: Path, *, create: bool, busy_s: float) -> Database:
    """Opens the file, or makes it with its folders."""
    path = _located(path)
    if not create and not path.exists():
        raise errors.StoreMissing(path)
    refuse_network(path)
    _make_folder(path)
    engine = _engine(path, busy_s)
    try:
        with translated(path):
            _prepare(engine, path, create=create)
        return Database(path, engine)
    except errors.StoreError:
        engine.dispose()
        raise


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns failures of the file into the errors a user can act on; failures of ours pass through."""
    try:
        yield
    except UnicodeDecodeError as error:  # the driver read a name or a complaint out of a damaged page
        raise errors.StoreCorrupt(path, str(error)) from error
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        meaning = _meaning(path, cause)
        if meaning is None:
            raise
        raise meaning from error


def _meaning(path: Path, cause: BaseException | None) -> errors.StoreError | None:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        # The driver's own complaint, of bytes in a text column that are no text.
        return errors.StoreCorrupt(path, str(cause)) if "decode" in str(cause).lower() else None
    if "unsupported file format" in str(cause):  # the code is that of any wrong statement
        return errors.StoreCorrupt(path, str(cause))
    meaning = _MEANINGS.get(code) or _MEANINGS.get(code & 0xFF)
    return meaning(path, str(cause)) if meaning else None


def _located(path: Path) -> Path:
    try:
        found = path.resolve()
        is_folder = found.is_dir()
    except (OSError, RuntimeError, ValueError) as error:  # too long, a loop of links, or a NUL in it
        raise errors.StoreUnreachable(path, str(error)) from error
    if is_folder:
        raise errors.NotAStore(found, "a directory")
    return found


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise errors.NotAStore(path.parent, "no folder") from error
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise errors.StoreReadOnly(path) from error
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise errors.DiskFull(path) from error
        raise errors.StoreUnreachable(path, str(error)) from error


def _engine(path: Path, busy_s: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)), connect_args={"timeout": busy_s}
    )

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A writer takes the lock at once: had it read first, it might find the log changed and have to fail.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _prepare(engine: Engine, path: Path, *, create: bool) -> None:
    with engine.begin() as connection:
        application, version = _stamp(connection)
        tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()
    if application != _APPLICATION and (application or version or tables):
        raise errors.NotAStore(path, "a database of another program")
    if application != _APPLICATION and not create:
        raise errors.StoreMissing(path)
    if version > VERSION:
        raise errors.StoreTooNew(path, found=version, known=VERSION)
    _write_ahead(engine, path)
    if application != _APPLICATION or version < VERSION:
        _make_tables(engine)


def _make_tables(engine: Engine) -> None:
    """Makes what is missing; a later version has only ever added tables."""
    with engine.execution_options(**{_WRITES: True}).begin() as connection:
        METADATA.create_all(connection)  # leaves alone what another process was faster to make
        connection.exec_driver_sql(f"PRAGMA application_id = {_APPLICATION}")
        connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")


def _stamp(connection: Connection) -> tuple[int, int]:
    application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    return application, connection.exec_driver_sql("PRAGMA user_version").scalar_one()


def _write_ahead(engine: Engine, path: Path) -> None:
    raw = engine.raw_connection()
    try:
        mode = raw.cursor().execute("PRAGMA journal_mode = WAL").fetchone()[0]
    finally:
        raw.close()
    if mode != "wal":
        raise errors.StoreUnreachable(path, f"its file system allows only journal mode {mode}, not wal")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
