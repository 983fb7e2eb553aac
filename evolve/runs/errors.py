"""What can go wrong with a store. Each message says what was expected, what came, and what to do.

StoreError
 ├── NotAStore           the path holds something else
 ├── StoreMissing        there is nothing at the path
 ├── StoreTooNew         written by a later version of this program
 ├── StoreCorrupt        damaged, found at opening or while reading
 ├── StoreBusy           another program holds it locked
 ├── StoreReadOnly       the file or its folder cannot be written
 ├── StoreUnreachable    moved, unreadable, or the disk failed
 ├── DiskFull            nothing of the transaction was written
 ├── NetworkFileSystem   the log would not be safe there
 ├── RunNameRefused      the name cannot be stored
 ├── RunExists           the name is taken
 ├── UnknownRun          no run of that name
 ├── UnknownText         no text of that digest
 ├── RunLocked           another process writes the run
 └── LeaseLost           another process took the run over
"""
# ruff: noqa: N818 - the names say what happened; all of them are errors

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from evolve.nearest import nearest

SHOWN_NAMES = 10


class StoreError(Exception):
    """The store cannot do what was asked; what was committed before is untouched."""


class NotAStore(StoreError):
    """The path holds something other than a store."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"expected a store of runs, but {path} is {what}; it was not touched: name another file with --db"
        )


class StoreMissing(StoreError):
    """A store was to be read, and there is none."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"expected a store at {path}, but nothing is there; start a run with --db {path}, or name another"
        )


class StoreTooNew(StoreError):
    """The store was written by a later version of this program."""

    def __init__(self, path: Path, *, found: int, known: int) -> None:
        super().__init__(
            f"{path} has store version {found}, but this program knows versions up to {known}; "
            "upgrade adrs, or use another --db"
        )


class StoreCorrupt(StoreError):
    """The file is damaged."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(
            f"{path} is damaged ({detail}); what was read before that is sound. Restore it from a backup, "
            "or start a new store with --db, and look at the disk"
        )


class StoreBusy(StoreError):
    """Another program holds a lock on the whole file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is locked by another program, and stayed so while this one waited; "
            f"close the program that writes it (see: fuser -v {path}), then try again"
        )


class StoreReadOnly(StoreError):
    """The file or its folder cannot be written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} or its folder cannot be written, and a store needs both (its log lies beside it); "
            "change the permissions, or copy it to a folder of yours and name the copy with --db"
        )


class StoreUnreachable(StoreError):
    """The file was moved, cannot be opened, or the disk failed."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(f"{path} cannot be reached ({detail}); check the path, its permissions and the disk")


class DiskFull(StoreError):
    """There was no space; nothing of the transaction was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"no space left for {path}; nothing was half-written, and the log ends with a whole event. "
            "Free some space, then go on with: adrs resume"
        )


class NetworkFileSystem(StoreError):
    """Shared memory and locks are not dependable there, so two machines could damage the log."""

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(
            f"{path} lies on a network file system ({kind}), where a write-ahead log is not safe; "
            "name a store on a local disk with --db, and copy it over when the run has ended"
        )


class RunNameRefused(StoreError):
    """The name cannot be stored."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(
            f"expected a run name of 1 to {limit} printable characters, but got {name[: limit + 1]!a}; "
            "choose another --name"
        )


class RunExists(StoreError):
    """A run of that name is there already."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(
            f"{path} already has a run {name!r}; go on with it by: adrs resume {name}, or choose another name"
        )


class UnknownRun(StoreError):
    """No run of that name; the message lists those there are, nearest first."""

    def __init__(self, name: str, path: Path, known: Sequence[str]) -> None:
        near = nearest(name, known)
        there = ", ".join(near[:SHOWN_NAMES]) or "no runs yet; start one with: adrs run"
        more = f" and {len(near) - SHOWN_NAMES} more; see: adrs runs" if len(near) > SHOWN_NAMES else ""
        super().__init__(f"{path} has no run {name!a}; it has {there}{more}")


class UnknownText(StoreError):
    """No text of that digest."""

    def __init__(self, digest: str, path: Path) -> None:
        super().__init__(
            f"expected a text with digest {digest[:64]!a} in {path}, but there is none; "
            "the digest is mistyped, or the store was copied without its -wal file"
        )


class RunLocked(StoreError):
    """Another process writes the run.

    Attributes:
        pid: The writer's process id on its host.
        since: When it began, seconds since the epoch.
    """

    def __init__(self, name: str, *, pid: int, host: str, since: float) -> None:
        self.pid = pid
        self.host = host
        self.since = since
        began = datetime.fromtimestamp(since, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        super().__init__(
            f"run {name!r} is being written by process {pid} on {host} since {began}, "
            "and a run has one writer; wait until it ends, or stop it there and try again"
        )


class LeaseLost(StoreError):
    """This process did not renew its lease in time, and another took it over."""

    def __init__(self, name: str, *, taker: str | None) -> None:
        what = f"{taker} took the run over" if taker else "another process wrote the run since"
        super().__init__(
            f"this process held the lease of run {name!r}, but did not renew it in time, and {what}; "
            "what this one had committed is kept, and the run goes on there or with: adrs resume"
        )
