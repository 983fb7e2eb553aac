"""The published set: three workloads of 100 transactions, their two public scores, and the public form."""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence

from problems.base import Instance, Outcome
from problems.datasets import DataFolder, reading
from problems.txn.instances import instance
from problems.txn.interface import IDLE, READ, WRITE, Operation

FILE = "txn/workloads.json"
SOURCE = "skydiscover-ai/skydiscover, commit 59643ef8, benchmarks/ADRS/txn_scheduling"

LB_WORST, LB_BEST = 537.0, 95.1
"""Totals at which the leaderboard's score is 0 (the order of arrival) and 100 (a constant of its own)."""

_HARNESS = frozenset({"txn_simulator", "workloads"})
"""Modules of the public harness that sources of the public form import and, under test, never need."""

_FORM = '''


class _Workload:
    """What a source of the public form is given."""

    def __init__(self, task):
        self._transactions = task.transactions
        self.num_txns = len(task.transactions)
        self.txns = [
            [(kind, str(key), step, len(t)) for step, (kind, key) in enumerate(t, 1) if kind != "*"]
            for t in task.transactions
        ]

    def get_opt_seq_cost(self, order):
        from interface import makespan

        return makespan(self._transactions, order)


_own = globals().get("solve")


def solve(*arguments, **named):
    from interface import Task

    if not (arguments and isinstance(arguments[0], Task)):
        return _own(*arguments, **named)  # a helper of that name, called by the program itself
    # What it says of its makespan counts for nothing.
    _, order = get_best_schedule(_Workload(arguments[0]), 10)
    return tuple(int(index) for index in order)
'''


def load(folder: DataFolder) -> tuple[Instance, ...]:
    """Reads the three workloads.

    Raises:
        DataMissing: The file is not there or is another one.
    """
    path = folder.file(FILE, source=SOURCE)
    with reading(path, what="workloads by name, each a list of transactions such as 'r-17 * w-3'"):
        workloads = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            instance(
                name.lower().replace("_", "-"),
                [tuple(map(_operation, text.split())) for text in transactions],
            )
            for name, transactions in workloads.items()
        )


def dialects(instances: Sequence[Instance], outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """Scores of the leaderboard (`lb`, 0-100) and of SkyDiscover (`sd`), both of the summed makespan."""
    if len(instances) != len(outcomes):
        raise ValueError(
            f"expected an outcome for each of {len(instances)} instances, but got {len(outcomes)}"
        )
    total = sum(outcome.metrics["makespan"] for outcome in outcomes)
    share = (LB_WORST - total) / (LB_WORST - LB_BEST)
    return {"lb": 100.0 * min(max(share, 0.0), 1.0), "sd": 1e6 / (1.0 + total)}


def adapt(source: str) -> str:
    """Turns a source with `get_best_schedule(workload, num_seqs) -> (makespan, order)` into one with `solve`.

    Statements that look for the public harness are blanked out, so every other line keeps its number.
    """
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source + _FORM  # the sandbox says what is wrong with it
    lines = source.splitlines(keepends=True)
    for statement in _harness_statements(module):
        for number in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
            lines[number] = "\n"
    return "".join(lines) + _FORM


def _harness_statements(module: ast.Module) -> Iterator[ast.stmt]:
    """Finds top-level imports of the harness and statements that prepare them by path."""
    for statement in module.body:
        if isinstance(statement, ast.ImportFrom):
            named = statement.module in _HARNESS
        elif isinstance(statement, ast.Import):
            named = any(alias.name in _HARNESS for alias in statement.names)
        else:
            named = isinstance(statement, ast.Expr | ast.Assign) and _is_lookup(statement)
        if named:
            yield statement


def _is_lookup(statement: ast.stmt) -> bool:
    text = ast.unparse(statement)
    return "sys.path" in text or "__file__" in text


def _operation(text: str) -> Operation:
    kind, _, key = text.partition("-")
    if kind not in (READ, WRITE, IDLE):
        raise ValueError(f"expected an operation such as r-17, w-3 or *, but got {text!r:.40}")
    return (kind, -1) if kind == IDLE else (kind, int(key))
