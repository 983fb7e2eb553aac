import ast
import types
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.txn import interface
from problems.txn.interface import IDLE, READ, WRITE, Operation, Schedule, Transaction, delays, makespan

OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.just((IDLE, -1)), st.tuples(st.sampled_from((READ, WRITE)), st.integers(0, 4))
)
TRANSACTIONS: st.SearchStrategy[Transaction] = st.lists(OPERATIONS, min_size=1, max_size=7).map(tuple)
WORKLOADS = st.lists(TRANSACTIONS, min_size=1, max_size=9)


def by_the_definition(transactions: Sequence[Transaction], order: Sequence[int]) -> int:
    """The published definition, word by word: per key a list of accesses by time."""
    accesses: dict[int, list[tuple[str, int]]] = {}
    total = 0
    for index in order:
        start = 1
        for position, (kind, key) in enumerate(transactions[index], 1):
            if kind != IDLE and accesses.get(key):
                start = max(start, _earliest(kind, accesses[key]) - position + 1)
        total = max(total, start + len(transactions[index]) - 1)
        for time, (kind, key) in enumerate(transactions[index], start):
            if kind != IDLE:
                entries = accesses.setdefault(key, [])
                place = sum(entry_time <= time for _, entry_time in entries)
                entries.insert(place, (kind, time))
    return total


def _earliest(kind: str, entries: Sequence[tuple[str, int]]) -> int:
    last_kind, last_time = entries[-1]
    if WRITE in (kind, last_kind):
        return last_time + 1
    return next((time + 1 for entry_kind, time in reversed(entries) if entry_kind == WRITE), 0)


@given(transactions=WORKLOADS, data=st.data())
@settings(max_examples=150, deadline=None)
def test_makespan_is_that_of_the_published_definition(
    transactions: list[Transaction], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(transactions))))
    assert makespan(transactions, order) == by_the_definition(transactions, order)


@given(transactions=WORKLOADS, data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_schedule_foretells_the_makespan_of_every_append(
    transactions: list[Transaction], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(transactions))))
    schedule = Schedule(delays(transactions), np.array([len(t) for t in transactions]))
    for placed, index in enumerate(order):
        growth = schedule.growth()
        for other in order[placed:]:
            expected = by_the_definition(transactions, [*order[:placed], other])
            assert schedule.makespan + growth[other] == expected
        schedule.append(index)
    assert schedule.makespan == by_the_definition(transactions, order)
    assert schedule.order == list(order)


def test_readers_of_one_key_run_side_by_side_and_writers_in_turn() -> None:
    reader: Transaction = ((READ, 7), (IDLE, -1))
    writer: Transaction = ((WRITE, 7), (IDLE, -1))
    assert makespan([reader] * 5, range(5)) == 2
    assert makespan([writer] * 5, range(5)) == 6


def test_a_delay_is_negative_where_the_later_one_may_start_first() -> None:
    early: Transaction = ((WRITE, 1), (IDLE, -1), (IDLE, -1), (IDLE, -1))
    late: Transaction = ((IDLE, -1), (IDLE, -1), (IDLE, -1), (WRITE, 1))
    assert delays([early, late]).tolist() == [[interface.UNRELATED, -2], [4, interface.UNRELATED]]


def test_a_schedule_lists_plain_integers_whatever_it_was_given() -> None:
    schedule = Schedule(delays([((READ, 1),)] * 2), np.array([1, 1]))
    schedule.append(np.int64(1))  # type: ignore[arg-type]  # what policies pass that index by arrays
    assert [type(index) for index in schedule.order] == [int]


def test_interface_imports_the_standard_library_and_numpy_only() -> None:
    tree = ast.parse(Path(interface.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} | {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    assert modules == {"collections.abc", "dataclasses", "numpy"}


def test_interface_runs_as_a_module_of_its_own() -> None:
    module = types.ModuleType("interface")
    exec(Path(interface.__file__).read_text(encoding="utf-8"), module.__dict__)
    assert module.makespan([((WRITE, 1), (READ, 2))], [0]) == 2


def test_tasks_and_answers_survive_the_wire() -> None:
    task = interface.Task(transactions=(((READ, 3), (IDLE, -1)),), cpu_s=1.0)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(task), type=interface.Task) == task
    assert msgspec.json.decode(b"[1, 0]", type=interface.Answer) == (1, 0)
