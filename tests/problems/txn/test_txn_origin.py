import hashlib
import json

import pytest

from problems.datasets import DataFolder
from problems.txn import origin

PROGRAM = b"""
import json

WORKLOAD_1 = '{"txn0":"w-17 r-5", "txn1":"r-3 * w-5"}'
WORKLOAD_2 = '''{"txn0":"w-1"}'''
WORKLOAD_3 = '{"txn0":"r-2"}'
raise SystemExit("it must not be run")
"""


def test_workloads_are_read_without_running_the_program() -> None:
    made = origin.workloads({"workloads.py": PROGRAM})
    assert made == {
        "workloads.json": b'{"WORKLOAD_1": ["w-17 r-5", "r-3 * w-5"], "WORKLOAD_2": ["w-1"], '
        b'"WORKLOAD_3": ["r-2"]}'
    }


@pytest.mark.parametrize(
    "program",
    [
        b"<html>",
        b"\x00",
        b"WORKLOAD_1 = '{}'",
        b"WORKLOAD_1 = WORKLOAD_2 = WORKLOAD_3 = load()",
        b"WORKLOAD_1 = WORKLOAD_2 = WORKLOAD_3 = 3",
        b"WORKLOAD_1 = WORKLOAD_2 = WORKLOAD_3 = '[]'",
    ],
    ids=["page", "bytes", "lacking", "computed", "number", "list"],
)
def test_a_program_without_them_is_refused(program: bytes) -> None:
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        origin.workloads({"workloads.py": program})


def test_the_published_workloads_come_out_of_a_program_that_holds_them() -> None:
    published = DataFolder.find().root / "txn" / "workloads.json"
    if not published.is_file():
        pytest.skip(f"{published} is not there; set ADRS_DATA")
    held = json.loads(published.read_text())
    texts = {
        name: json.dumps({f"txn{i}": text for i, text in enumerate(transactions)})
        for name, transactions in held.items()
    }
    program = "\n".join(f"{name} = {text!r}" for name, text in texts.items()).encode()
    made = origin.workloads({"workloads.py": program})["workloads.json"]
    assert hashlib.sha256(made).hexdigest() == origin.DATA.files[0].sha256
