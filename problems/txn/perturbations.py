"""What is shifted in VALIDATION to see whether a policy still leads: seeds, sizes, contention, the mix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from problems.base import Instance
from problems.txn.instances import GENERATORS, SEED, TRANSACTIONS, instance
from problems.variants import Variant

PERTURBATIONS: Mapping[str, str] = {
    "seeds": "Nothing but the seeds: other transactions of the same generators.",
    "size-x0.5": "Half as many transactions: 50 in each set.",
    "size-x2": "Twice as many transactions: 200 in each set.",
    "hotter": "Half as many keys, warehouses and hot keys to contend for.",
    "cooler": "Twice as many keys, warehouses and hot keys to contend for.",
    "zipf-only": "Skewed look-ups alone.",
    "tpcc-only": "Orders and payments of a shop alone.",
    "read-then-write-only": "Long decisions alone: a read, a pause, a write.",
    "hot-spot-only": "Transactions that want one of a few hot keys alone.",
}


@dataclass(frozen=True, slots=True)
class _Shift:
    """How many transactions a set has, factors of the spreads, the generators by place, and sets of each."""

    size: int = TRANSACTIONS
    spread: Fraction = Fraction(1)
    kinds: Sequence[int] = range(len(GENERATORS))
    sets: int = 6


_SHIFTS: Mapping[str, _Shift] = {
    "seeds": _Shift(),
    "size-x0.5": _Shift(size=TRANSACTIONS // 2),
    "size-x2": _Shift(size=2 * TRANSACTIONS, sets=3),
    "hotter": _Shift(spread=Fraction(1, 2)),
    "cooler": _Shift(spread=Fraction(2)),
    "zipf-only": _Shift(kinds=[0], sets=12),
    "tpcc-only": _Shift(kinds=[1], sets=12),
    "read-then-write-only": _Shift(kinds=[2], sets=12),
    "hot-spot-only": _Shift(kinds=[3], sets=12),
}


def perturbed(variant: Variant) -> tuple[Instance, ...]:
    """Makes the instances of a variant; each is its own group and block, and spreads take turns."""
    shift, found = _SHIFTS[variant.name], []
    for kind in shift.kinds:
        generator, spreads = GENERATORS[kind]
        for number in range(shift.sets):
            spread = int(spreads[number % len(spreads)] * shift.spread)
            drawn = generator(variant.stream(SEED, kind, number), shift.size, spread)
            found.append(instance(f"{generator.__name__}-{number}", drawn))
    return tuple(found)
