"""The store's tables, in SQL that SQLite and PostgreSQL both speak."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

VERSION: Final = 2
"""Of the tables; bodies of events have versions of their own."""

METADATA: Final = MetaData()

RUNS: Final = Table(
    "runs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("created_at", Double, nullable=False),
)

# With a row id of its own, a row of SQLite holds nearly a page of body; as an index it would hold a quarter,
# and most bodies would spill into pages of their own.
EVENTS: Final = Table(
    "events",
    METADATA,
    Column("run_id", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("step", Integer),
    Column("kind", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Double, nullable=False),
    Column("checksum", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

TEXTS: Final = Table(
    "texts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
)

LEASES: Final = Table(
    "leases",
    METADATA,
    Column("run_id", Integer, ForeignKey("runs.id"), primary_key=True, autoincrement=False),
    Column("token", String, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("host", String, nullable=False),
    Column("kernel", String, nullable=False),
    Column("process_start", BigInteger, nullable=False),
    Column("since", Double, nullable=False),
    Column("renewed_at", Double, nullable=False),
)

CALLS: Final = Table(
    "calls",
    METADATA,
    Column("run_id", Integer, ForeignKey("runs.id"), primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("sent", LargeBinary, nullable=False),
    Column("reply", LargeBinary),
)
"""Calls of models whose step is not committed: a reply is kept here from its arrival until the log has it."""
