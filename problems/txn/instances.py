"""Generated workloads: four kinds of contention, the same on every machine.

Only integers are drawn and weighed, so no rounding of a platform can change an instance.
"""

from collections.abc import Callable, Iterable, Sequence
from math import isqrt

import numpy as np

from problems.base import Instance, Split, fingerprint
from problems.txn.interface import IDLE, READ, WRITE, Operation, Transaction

COUNTS = {Split.SEARCH: 3, Split.VALIDATION: 6, Split.HOLDOUT: 6}
"""Instances of each generator; SMOKE has a single small one."""

TRANSACTIONS = 100
SMOKE_TRANSACTIONS = 12

SEED = 2024

_IDLE: Operation = (IDLE, -1)


def zipf(rng: np.random.Generator, count: int, spread: int) -> tuple[Transaction, ...]:
    """Skewed look-ups: 16 distinct keys, each written with probability 1/2.

    Keys are Zipf(3/2) over `spread` ones: steeper than the skew of `Cooper 2010
    <https://doi.org/10.1145/1807128.1807152>`_ (YCSB). Programs touch them in one global order, as those do
    that avoid deadlocks, but half have one pair swapped. So hot keys are mostly met at about the same step,
    and a few meetings are costly.
    """
    weights = _running(isqrt(10**24 // k**3) for k in range(1, spread + 1))
    place = rng.permutation(spread)
    return tuple(_zipf_transaction(rng, weights, place) for _ in range(count))


def _zipf_transaction(rng: np.random.Generator, weights: np.ndarray, place: np.ndarray) -> Transaction:
    distinct: dict[int, None] = {}
    while len(distinct) < 16:
        distinct.update(dict.fromkeys(_draw(rng, weights, 16)))
    keys = sorted(list(distinct)[:16], key=lambda key: int(place[key]))
    if rng.integers(2):
        first, second = rng.integers(16, size=2).tolist()
        keys[first], keys[second] = keys[second], keys[first]
    return tuple(map(_access, keys, _coins(rng, 16)))


def tpcc(rng: np.random.Generator, count: int, spread: int) -> tuple[Transaction, ...]:
    """Orders and payments of a shop, half and half, on `spread` warehouses of 10 districts.

    New-Order reads its warehouse, takes the district's next number (read, write), reads 5-15 items with their
    stock (written half the time, Zipf(1) over 1000) and idles for 4 steps; Payment books on warehouse,
    district and one of 30 customers of the district, a read and a write each. After clauses 2.4 and 2.5 of
    `TPC-C 5.11 <https://www.tpc.org/tpcc/>`_, with the keys of all tables in one name space.
    """
    items = _running(10**12 // k for k in range(1, 1001))
    transactions = []
    for new_order in _coins(rng, count):
        warehouse, district, customer = (int(rng.integers(n)) for n in (spread, 10, 30))
        district_key = 100 + 10 * warehouse + district
        if new_order:
            stock = sorted({10_000 + item for item in _draw(rng, items, int(rng.integers(5, 16)))})
            lines = map(_access, stock, _coins(rng, len(stock)))
            transactions.append(((READ, warehouse), *_update(district_key), *lines, *(_IDLE,) * 4))
        else:
            person = 1000 + 30 * (district_key - 100) + customer
            transactions.append((*_update(warehouse), *_update(district_key), *_update(person)))
    return tuple(transactions)


def read_then_write(rng: np.random.Generator, count: int, spread: int) -> tuple[Transaction, ...]:
    """Long decisions: read one key, think for some steps, write another.

    Keys are uniform over `spread` ones, thinking takes 0-15 steps uniformly: the pattern on which optimistic
    validation fails, as in `Larson 2011 <https://doi.org/10.14778/2095686.2095689>`_.
    """
    reads, writes = rng.integers(spread, size=(2, count)).tolist()
    thinking = rng.integers(16, size=count).tolist()
    return tuple(
        ((READ, read), *(_IDLE,) * steps, (WRITE, write))
        for read, write, steps in zip(reads, writes, thinking, strict=True)
    )


def hot_spot(rng: np.random.Generator, count: int, spread: int) -> tuple[Transaction, ...]:
    """A few keys that everybody wants, at any moment of a transaction of 4-16 operations.

    One operation is on one of `spread` hot keys (written with probability 3/4), the others on 1000 cold keys
    (written half the time); the hot one stands at a uniformly drawn step. The extreme of the skew of
    `Gray 1994 <https://doi.org/10.1145/191839.191886>`_, where a small share of keys gets most accesses.
    """
    transactions = []
    for length in rng.integers(4, 17, size=count).tolist():
        keys = (spread + rng.integers(1000, size=length)).tolist()
        writes = _coins(rng, length)
        moment = int(rng.integers(length))
        keys[moment], writes[moment] = int(rng.integers(spread)), bool(rng.integers(4))
        transactions.append(tuple(map(_access, keys, writes)))
    return tuple(transactions)


Generator = Callable[[np.random.Generator, int, int], tuple[Transaction, ...]]

GENERATORS: tuple[tuple[Generator, tuple[int, ...]], ...] = (
    (zipf, (200, 1000, 5000)),
    (tpcc, (2, 4, 8)),
    (read_then_write, (10, 20, 40)),
    (hot_spot, (2, 4, 8)),
)
"""Each generator with its spreads, which take turns, so that every split has them equally often."""


def generate(split: Split) -> tuple[Instance, ...]:
    """Makes the instances of a generated split, each its own group and block."""
    if split is Split.SMOKE:
        return (instance("hot_spot-0", hot_spot(_stream(split, 0, 0), SMOKE_TRANSACTIONS, 2)),)
    return tuple(
        instance(
            f"{generator.__name__}-{number}",
            generator(_stream(split, kind, number), TRANSACTIONS, spreads[number % len(spreads)]),
        )
        for kind, (generator, spreads) in enumerate(GENERATORS)
        for number in range(COUNTS[split])
    )


def instance(name: str, transactions: Sequence[Transaction]) -> Instance:
    """Wraps transactions as a group and block of their own."""
    data = tuple(transactions)
    return Instance(name=name, group=name, block=name, digest=fingerprint(repr(data)), data=data)


def _stream(split: Split, kind: int, number: int) -> np.random.Generator:
    # Every instance has seed words of its own, so that no two share a stream.
    words = (list(Split).index(split), kind, number)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED, spawn_key=words)))


def _running(weights: Iterable[int]) -> np.ndarray:
    """Running sums of integer weights, to draw by."""
    return np.cumsum(np.fromiter(weights, dtype=np.int64))


def _draw(rng: np.random.Generator, weights: np.ndarray, count: int) -> list[int]:
    drawn: list[int] = np.searchsorted(weights, rng.integers(weights[-1], size=count), side="right").tolist()
    return drawn


def _coins(rng: np.random.Generator, count: int) -> list[bool]:
    flips: list[bool] = (rng.integers(2, size=count) == 1).tolist()
    return flips


def _access(key: int, write: bool) -> Operation:
    return (WRITE if write else READ, key)


def _update(key: int) -> tuple[Operation, Operation]:
    return ((READ, key), (WRITE, key))
