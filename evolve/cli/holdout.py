"""Measuring on HOLDOUT: each look is written down before its score is shown."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from evolve.cli.exits import say
from evolve.cli.report import Report
from problems.base import Split


@contextmanager
def looking(db: Path, split: Split) -> Iterator[Callable[[Report, str], int]]:
    """Gives what writes a look at HOLDOUT down, with the store opened before anything is measured.

    It takes the report and the digest of the policy's source, and says how many looks there have been; on
    other splits it does nothing.
    """
    if split is not Split.HOLDOUT:
        yield lambda report, policy: 0
        return
    from evolve.cli.looks import Looks  # the store takes a while to import, which other splits need not wait
    from evolve.runs.store import Store

    with Store.open(db) as store:
        looks = Looks(store)

        def look(report: Report, policy: str) -> int:
            looks.record(report, policy, at=time.time())
            say(looks.sentence(report.problem.name))
            return looks.number(report.problem.name)

        yield look
