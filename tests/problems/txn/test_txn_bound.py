from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.base import Instance, Split
from problems.bounds import Bounds, shipped
from problems.txn import bound
from problems.txn.instances import generate, instance
from problems.txn.interface import IDLE, READ, WRITE, Operation, Transaction, makespan

OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.just((IDLE, -1)), st.tuples(st.sampled_from((READ, WRITE)), st.integers(0, 2))
)
TRANSACTIONS: st.SearchStrategy[Transaction] = st.lists(OPERATIONS, min_size=1, max_size=6).map(tuple)
SHIPPED = shipped(Bounds.beside(str(bound.__file__)).shipped)
GENERATED = tuple(split for split in Split if split is not Split.PUBLISHED)


def optimum(transactions: list[Transaction]) -> int:
    return min(makespan(transactions, order) for order in permutations(range(len(transactions))))


@given(transactions=st.lists(TRANSACTIONS, min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_no_order_at_all_ends_before_the_bound(transactions: list[Transaction]) -> None:
    assert bound.least_makespan(transactions) <= optimum(transactions)


@given(transactions=st.lists(TRANSACTIONS, min_size=2, max_size=5))
@settings(max_examples=100, deadline=None)
def test_the_relaxation_of_any_clique_is_below_the_optimum_of_its_members(
    transactions: list[Transaction],
) -> None:
    conflicts = bound.Conflicts.of(transactions)
    for size in range(1, len(transactions) + 1):
        members = list(range(size))
        if conflicts.adjacent[:size, :size].sum() == size * (size - 1):
            value = bound.Relaxation.of(conflicts, members).value
            assert value <= optimum(transactions[:size])


def test_the_bound_is_met_where_writers_of_one_key_take_turns() -> None:
    writers: list[Transaction] = [((IDLE, -1), (WRITE, 3), (IDLE, -1))] * 20
    assert bound.least_makespan(writers) == makespan(writers, range(20)) == 22


def test_the_bound_is_no_less_than_the_longest_transaction() -> None:
    assert bound.least_makespan([((READ, 1),), ((IDLE, -1),) * 9]) == 9


def test_an_unknown_instance_gets_the_bound_that_is_proven_on_the_fly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path))
    case = instance("new", [((READ, 1), (WRITE, 1)), ((WRITE, 1), (WRITE, 2)), ((READ, 2),)])
    assert case.digest not in SHIPPED
    assert bound.bound(case) == bound.least_makespan(case.data) == 3


def test_every_generated_instance_has_a_recorded_bound() -> None:
    digests = {case.digest for split in GENERATED for case in generate(split)}
    assert digests <= set(SHIPPED)


def test_recorded_bounds_of_small_and_hot_instances_are_proven_anew() -> None:
    cases = [case for case in generate(Split.SEARCH) if not case.name.startswith("zipf")]
    assert bound.prove(cases) == {case.digest: SHIPPED[case.digest] for case in cases}


@pytest.mark.slow
@pytest.mark.parametrize("split", GENERATED)
def test_every_recorded_bound_is_proven_anew(split: Split) -> None:
    assert bound.prove(generate(split)) == {case.digest: SHIPPED[case.digest] for case in generate(split)}


def test_published_bounds_are_as_strong_as_the_known_ones(workloads: tuple[Instance, ...]) -> None:
    proven = bound.prove(workloads)
    assert proven == {case.digest: SHIPPED[case.digest] for case in workloads}
    assert all(value >= known for value, known in zip(proven.values(), (127, 33, 25), strict=True))
