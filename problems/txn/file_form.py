"""Batches of transactions from a user's file."""

from collections.abc import Iterator, Sequence

from problems.base import FileForm, Instance, Split
from problems.sheets import BadLine, Column, Line, Sheet, grouped
from problems.txn.bound import bounds
from problems.txn.instances import generate, instance
from problems.txn.interface import IDLE, READ, WRITE, Operation, Transaction

MOST_TRANSACTIONS = 200
MOST_OPERATIONS = 200
"""Of a transaction."""

Draft = tuple[str, tuple[Transaction, ...]]
"""Name of a batch, and its transactions."""


def _drafts(sheet: Sheet) -> list[list[Draft]]:
    """Makes every batch a block."""
    blocks: list[list[Draft]] = []
    batch_of: dict[tuple[Transaction, ...], str] = {}
    for name, lines in grouped(sheet.lines, 0, "batch"):
        batch = _batch(lines)
        if batch in batch_of:
            raise BadLine(
                lines[0].number, f"batch {name!a:.40} repeats batch {batch_of[batch]!a:.40}; leave it out"
            )
        batch_of[batch] = name
        blocks.append([(name, batch)])
    return blocks


def _batch(lines: Sequence[Line]) -> tuple[Transaction, ...]:
    keys: dict[str, int] = {}
    batch = []
    for _, rows in grouped(lines, 1, "transaction"):
        if len(rows) > MOST_OPERATIONS:
            raise BadLine(
                rows[0].number, f"expected at most {MOST_OPERATIONS} operations, but got {len(rows)}"
            )
        batch.append(tuple(_operation(row, keys) for row in rows))
    if not 2 <= len(batch) <= MOST_TRANSACTIONS:
        raise BadLine(
            lines[0].number,
            f"expected a batch of 2 to {MOST_TRANSACTIONS} transactions, but it has {len(batch)}",
        )
    return tuple(batch)


def _operation(line: Line, keys: dict[str, int]) -> Operation:
    """Reads an operation; keys are numbered in the order in which a batch first uses them."""
    _, _, kind, key = line.values
    if kind not in (READ, WRITE, IDLE):
        raise BadLine(line.number, f"expected operation r, w or *, but got {kind!a:.40}")
    if kind == IDLE:
        if key:
            raise BadLine(line.number, f"expected no key for operation *, but got {key!a:.40}")
        return (IDLE, -1)
    if not key:
        raise BadLine(line.number, f"expected a key for operation {kind}, but it is empty")
    return (kind, keys.setdefault(key, len(keys)))


def _instances(drafts: Sequence[Draft]) -> tuple[Instance, ...]:
    found = tuple(instance(name, transactions) for name, transactions in drafts)
    bounds(found)  # kept from now on, so that no candidate waits for them
    return found


def _sample() -> Iterator[tuple[str, str, str, str]]:
    yield "batch", "transaction", "operation", "key"
    for one in generate(Split.SEARCH)[::2]:
        for number, transaction in enumerate(one.data[:12]):
            for kind, key in transaction:
                yield one.name, str(number), kind, "" if kind == IDLE else str(key)


FORM = FileForm(
    columns=(
        Column("batch", str, "which transactions are ordered together"),
        Column("transaction", str, "which operations belong together, unique within its batch"),
        Column("operation", str, "r reads, w writes, * only passes a time step"),
        Column("key", str, "what is read or written, any text; empty for *"),
    ),
    about=(
        "A row is an operation, which takes one time step; rows of a transaction stand together in the order "
        "of its operations, and so do those of a batch, in the order in which its transactions arrived. "
        f"A batch of 2 to {MOST_TRANSACTIONS} transactions is an instance and a block."
    ),
    block="batches",
    drafts=_drafts,
    instances=_instances,
    sample=_sample,
)
