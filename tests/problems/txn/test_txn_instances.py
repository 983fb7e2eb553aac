from collections import Counter

import pytest

from problems.base import Instance, Split, fingerprint
from problems.txn import PROBLEM
from problems.txn.instances import GENERATORS, generate
from problems.txn.interface import IDLE, READ, WRITE, Transaction

GENERATED = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)

GOLDEN = {
    Split.SMOKE: "1c716df8c73f71da3c422afc20aae75d",
    Split.SEARCH: "a176463e5971b5151373f43f9495b3f9",
    Split.VALIDATION: "18659bcbba465e24756e9e98fce59b21",
    Split.HOLDOUT: "9c88f5d649253196c955f7356d8176c7",
}


def of_kind(kind: str) -> list[Instance]:
    return [case for case in generate(Split.VALIDATION) if case.name.startswith(kind)]


def transactions(kind: str) -> list[Transaction]:
    return [transaction for case in of_kind(kind) for transaction in case.data]


@pytest.mark.parametrize("split", GENERATED)
def test_instances_are_what_they_were_when_this_version_was_made(split: Split) -> None:
    # Another digest here means other scores: raise PROBLEM.version, run `python -m benchmarks.bounds txn
    # --write`, measure the baselines again, and only then write the new digests down.
    assert PROBLEM.version == 1
    assert fingerprint("".join(case.digest for case in generate(split))) == GOLDEN[split]


@pytest.mark.parametrize(
    ("split", "count", "size"),
    [(Split.SMOKE, 1, 12), (Split.SEARCH, 12, 100), (Split.VALIDATION, 24, 100), (Split.HOLDOUT, 24, 100)],
)
def test_splits_have_the_sizes_they_state(split: Split, count: int, size: int) -> None:
    assert [len(case.data) for case in generate(split)] == [size] * count


def test_no_instance_is_in_two_splits() -> None:
    cases = [case for split in GENERATED for case in generate(split)]
    assert len({case.digest for case in cases}) == len(cases) == 61


@pytest.mark.parametrize("split", GENERATED)
def test_every_instance_is_a_group_and_a_block_of_its_own(split: Split) -> None:
    cases = generate(split)
    for names in ([c.name for c in cases], [c.group for c in cases], [c.block for c in cases]):
        assert len(set(names)) == len(cases)


def test_every_split_has_each_generator_equally_often() -> None:
    for split in (Split.SEARCH, Split.VALIDATION, Split.HOLDOUT):
        kinds = Counter(case.name.rsplit("-", 1)[0] for case in generate(split))
        assert set(kinds) == {generator.__name__ for generator, _ in GENERATORS}
        assert len(set(kinds.values())) == 1


def test_zipf_has_16_distinct_keys_half_of_them_written() -> None:
    drawn = transactions("zipf")
    assert all(len({key for _, key in t}) == len(t) == 16 for t in drawn)
    writes = sum(kind == WRITE for t in drawn for kind, _ in t)
    # 9,600 fair coins: 0.02 is four standard deviations.
    assert writes / (16 * len(drawn)) == pytest.approx(0.5, abs=0.02)


def test_zipf_keys_fall_off_with_rank() -> None:
    for case in of_kind("zipf"):
        uses = Counter(key for transaction in case.data for _, key in transaction)
        assert [key for key, _ in uses.most_common(2)] in ([0, 1], [1, 0])
        assert uses[0] > 90
        assert uses[0] > 2 * uses[30]


def test_tpcc_is_half_new_orders_and_half_payments() -> None:
    payments = [t for t in transactions("tpcc") if len(t) == 6]
    orders = [t for t in transactions("tpcc") if len(t) != 6]
    # 600 fair coins: 0.1 is five standard deviations.
    assert len(payments) / (len(payments) + len(orders)) == pytest.approx(0.5, abs=0.1)
    assert all([kind for kind, _ in t] == [READ, WRITE] * 3 for t in payments)
    assert all([kind for kind, _ in t[:3]] == [READ, READ, WRITE] for t in orders)
    assert all(t[-4:] == ((IDLE, -1),) * 4 for t in orders)


def test_read_then_write_thinks_in_between() -> None:
    for transaction in transactions("read_then_write"):
        first, *thinking, last = transaction
        assert (first[0], last[0]) == (READ, WRITE)
        assert set(thinking) <= {(IDLE, -1)}
        assert len(thinking) <= 15


def test_hot_spot_touches_one_hot_key_per_transaction() -> None:
    for case, hot in zip(of_kind("hot_spot"), (2, 4, 8, 2, 4, 8), strict=True):
        assert all(sum(key < hot for _, key in transaction) == 1 for transaction in case.data)
