"""Each perturbation of txn shifts what it says."""

import pytest

from problems.base import Instance
from problems.txn.interface import UNRELATED, delays
from tests.problems.conftest import Variants


def conflicts(instances: tuple[Instance, ...]) -> float:
    """Share of pairs that conflict, on average over sets."""
    shares = [(delays(i.data) > UNRELATED).sum() / (len(i.data) * (len(i.data) - 1)) for i in instances]
    return float(sum(shares) / len(shares))


@pytest.mark.parametrize(
    ("called", "size"), [("seeds", 100), ("size-x0.5", 50), ("size-x2", 200), ("hotter", 100)]
)
def test_a_set_has_so_many_transactions(called: str, size: int, variant: Variants) -> None:
    assert {len(i.data) for i in variant("txn", called)} == {size}


def test_fewer_keys_conflict_more_and_more_keys_less(variant: Variants) -> None:
    usual, hotter, cooler = (conflicts(variant("txn", called)) for called in ("seeds", "hotter", "cooler"))
    assert hotter > 1.15 * usual
    assert cooler < 0.85 * usual


@pytest.mark.parametrize("kind", ["zipf", "tpcc", "read_then_write", "hot_spot"])
def test_a_generator_is_left_alone(kind: str, variant: Variants) -> None:
    found = variant("txn", f"{kind.replace('_', '-')}-only")
    assert [i.name for i in found] == [f"{kind}-{number}" for number in range(12)]
