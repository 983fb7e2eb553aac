"""The lease of a run: it has one writer, and a writer that died is replaced at once."""

import logging
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from evolve.runs.database import Database
from evolve.runs.errors import LeaseLost, RunLocked, StoreError
from evolve.runs.tables import LEASES

LEASE_S: Final = 30.0
"""A lease that was not renewed for so long is free."""

_LOG = logging.getLogger(__name__)
# Statements of every transaction are made once: making one costs as much as running it.
_OF_RUN: Final = select(LEASES).where(LEASES.c.run_id == bindparam("run"))
_UNKNOWN_START: Final = -1


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, told apart from any that later gets its number.

    Attributes:
        kernel: Boot of the machine and namespace of process ids within which `pid` means something.
        process_start: Clock ticks from boot to the start of the process; -1 where the system does not tell.
    """

    pid: int
    host: str
    kernel: str
    process_start: int

    @staticmethod
    def here() -> "Owner":
        """This process."""
        return Owner(
            os.getpid(), socket.gethostname(), _kernel(), process_start(os.getpid()) or _UNKNOWN_START
        )

    @property
    def is_dead(self) -> bool:
        """Whether the process is known to have ended; False if that cannot be known from here."""
        if self.process_start == _UNKNOWN_START or self.kernel != _kernel():
            return False
        return process_start(self.pid) != self.process_start


@dataclass(frozen=True, slots=True)
class Claim:
    """A lease as its holder knows it; `token` is new with every taking."""

    run: str
    run_id: int
    token: str


class Lease:
    """The right to append to one run. Renew it every few seconds, and release it at the end."""

    def __init__(self, database: Database, claim: Claim, now: Callable[[], float]) -> None:
        self.claim: Claim | None = claim
        """What an append must show; None once released."""
        self._database = database
        self._now = now

    def renew(self) -> None:
        """Keeps the lease for another 30 s.

        Raises:
            LeaseLost: Another process took the run over; nothing more may be written by this one.
        """
        if self.claim is None:
            raise ValueError("expected a lease that is held, but it was released; take a new one")
        now = self._now()
        with self._database.write() as connection:
            show(connection, self.claim)
            connection.execute(
                update(LEASES).where(LEASES.c.run_id == self.claim.run_id).values(renewed_at=now)
            )

    def release(self) -> None:
        """Lets others write the run; does nothing if the lease is lost or released already."""
        claim, self.claim = self.claim, None
        if claim is not None:
            with self._database.write() as connection:
                connection.execute(delete(LEASES).where(LEASES.c.token == claim.token))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.release()
        except StoreError as failure:
            # What went wrong inside matters more, and a lease ends by itself.
            _LOG.warning("a lease was not released: %s", failure)


def take(connection: Connection, run: str, *, run_id: int, now: float) -> Claim:
    """Takes the lease of a run, within a writing transaction.

    Raises:
        RunLocked: Another holder, in this process too, has it.
    """
    refuse_living(connection, run, run_id=run_id, now=now)
    connection.execute(delete(LEASES).where(LEASES.c.run_id == run_id))
    claim = Claim(run, run_id, secrets.token_hex(16))
    owner = asdict(Owner.here())
    connection.execute(
        insert(LEASES).values(run_id=run_id, token=claim.token, since=now, renewed_at=now, **owner)
    )
    return claim


def show(connection: Connection, claim: Claim) -> None:
    """Checks, within a writing transaction, that a claim still holds.

    Raises:
        LeaseLost: It does not.
    """
    row = _row(connection, claim.run_id)
    if row is None or row["token"] != claim.token:
        raise LeaseLost(claim.run, taker=f"process {row['pid']} on {row['host']}" if row else None)


def refuse_living(connection: Connection, run: str, *, run_id: int, now: float) -> None:
    """Checks, within a writing transaction, that nobody holds the lease of a run.

    Raises:
        RunLocked: Somebody does.
    """
    row = _row(connection, run_id)
    # A renewal far in the future is that of a clock since put back, and says as little as one long past.
    if row is None or abs(now - row["renewed_at"]) > LEASE_S or _owner(row).is_dead:
        return
    raise RunLocked(run, pid=row["pid"], host=row["host"], since=row["since"])


def _row(connection: Connection, run_id: int) -> RowMapping | None:
    return connection.execute(_OF_RUN, {"run": run_id}).mappings().one_or_none()


def _owner(row: RowMapping) -> Owner:
    return Owner(row["pid"], row["host"], row["kernel"], row["process_start"])


def process_start(pid: int) -> int | None:
    """Clock ticks from boot to the start of a process; None if it has ended, or the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before may hold blanks and brackets
    return None if fields[0] in {"Z", "X"} else int(fields[19])


def _kernel() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
