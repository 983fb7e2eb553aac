"""Bounds of txn: value and time for every instance, and `--write` to record them.

    python -m benchmarks.txn_bound [--json] [--write]

The published workloads are included where ADRS_DATA has them.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from problems.base import Instance, Split
from problems.datasets import DataFolder
from problems.txn import bound, published
from problems.txn.instances import generate


class Row(NamedTuple):
    """One instance's bound and what proving it took."""

    split: str
    instance: str
    digest: str
    bound: int
    cpu_s: float


def instances() -> Iterator[tuple[Split, Instance]]:
    """Every instance there is here, split by split."""
    for split in (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT):
        for instance in generate(split):
            yield split, instance
    folder = DataFolder.find()
    if folder.has(published.FILE):
        for instance in published.load(folder):
            yield Split.PUBLISHED, instance


def rows() -> Iterator[Row]:
    """Proves every bound anew."""
    for split, instance in instances():
        started = time.process_time()
        value = bound.prove(instance.data)
        taken = time.process_time() - started
        yield Row(split.value, instance.name, instance.digest, value, round(taken, 4))


def main() -> None:
    """Prints the table, or records it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--write", action="store_true", help="write problems/txn/bounds.json")
    arguments = parser.parse_args()
    table = list(rows())
    if arguments.json:
        print(json.dumps({"rows": [row._asdict() for row in table]}))
    else:
        for row in table:
            print(f"{row.split:<11} {row.instance:<19} {row.bound:>5} {row.cpu_s:>8.3f} s")
    if arguments.write:
        path = Path(str(bound.__file__)).parent / "bounds.json"
        found = {row.digest: row.bound for row in table}
        path.write_text(json.dumps(found, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
