"""A search that kills itself, as `kill -9` would, at a chosen place in its log.

Run as `python -m tests.evolve.runs.doomed DB EVALS KIND N`: the process ends by SIGKILL inside the
transaction that writes the N-th event of KIND, with that event written and the next not yet; with KIND
`commit`, right after the N-th transaction. With N 0 it is not killed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from evolve.runs import rows as log
from evolve.runs import store
from tests.evolve.runs.searches import spec, start


def arm(kind: str, number: int) -> None:
    """Makes the store kill this process at its `number`-th event of `kind`."""
    left, insert, append = [number], log.insert_events, store.Store.append

    def one_by_one(connection: Connection, run_id: int, rows: Sequence[log.EventRow]) -> list[dict[str, Any]]:
        written = []
        for row in rows:
            written += insert(connection, run_id, [row])
            left[0] -= row["kind"] == kind
            if left[0] == 0 and row["kind"] == kind:
                os.kill(os.getpid(), signal.SIGKILL)
        return written

    def then_die(self: store.Store, *args: object, **kwargs: object) -> object:
        found = append(self, *args, **kwargs)  # type: ignore[arg-type]
        left[0] -= kind == "commit"
        if left[0] == 0 and kind == "commit":
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    if number:
        log.insert_events = one_by_one
        store.Store.append = then_die  # type: ignore[assignment,method-assign]


if __name__ == "__main__":
    path, evals, kind, number = sys.argv[1:]
    arm(kind, int(number))
    asyncio.run(start(Path(path), spec(max_evals=int(evals))))
