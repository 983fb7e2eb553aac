from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from problems.prism.packing import Packer


def fits(weights: list[int], capacity: int, bins: int) -> bool:
    """By trying every assignment."""
    return any(
        all(
            sum(w for w, b in zip(weights, where, strict=True) if b == bin_) <= capacity
            for bin_ in range(bins)
        )
        for where in product(range(bins), repeat=len(weights))
    )


@given(weights=st.lists(st.integers(1, 12), max_size=7), capacity=st.integers(1, 24), bins=st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_items_are_packed_exactly_if_some_assignment_fits(
    weights: list[int], capacity: int, bins: int
) -> None:
    found = Packer(weights, capacity).pack(bins)
    assert (found is not None) == fits(weights, capacity, bins)
    if found is not None:
        assert len(found) <= bins
        assert sorted(item for members in found for item in members) == list(range(len(weights)))
        assert all(sum(weights[item] for item in members) <= capacity for members in found)


def test_a_packing_without_a_unit_to_spare_is_found() -> None:
    found = Packer([7, 6, 5, 4, 3, 2, 2, 1], 10).pack(3)
    assert found is not None
    assert {sum([7, 6, 5, 4, 3, 2, 2, 1][item] for item in members) for members in found} == {10}


def test_what_the_largest_first_cannot_pack_is_packed() -> None:
    # Largest first opens a third bin: 4 + 4 leaves 2 unused, then 3 + 3 + 3 + 3 is two too many for one.
    assert Packer([4, 4, 3, 3, 3, 3], 10).pack(2) is not None


def test_nothing_needs_no_bin() -> None:
    assert Packer([], 5).pack(2) == []
