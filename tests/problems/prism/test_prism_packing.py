from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from problems.prism.packing import Packer


def bins_needed(weights: Sequence[int], capacity: int) -> int:
    """By dynamic programming over sets: fewest bins, then least in the last of them, one item at a time."""
    states = [(1, 0)]
    for members in range(1, 1 << len(weights)):
        reached = []
        for item, weight in enumerate(weights):
            if members >> item & 1:
                bins, load = states[members ^ 1 << item]
                reached.append((bins, load + weight) if load + weight <= capacity else (bins + 1, weight))
        states.append(min(reached))
    return states[-1][0]


@st.composite
def packings(draw: st.DrawFn) -> tuple[list[int], int]:
    """Weights of at most a capacity, many of them near a half or a third of it."""
    capacity = draw(st.integers(1, 30))
    weight = st.one_of(st.integers(1, capacity), st.integers(1 + capacity // 4, 1 + capacity // 2))
    weights = draw(st.lists(weight.map(lambda w: min(w, capacity)), min_size=1, max_size=9))
    return weights, capacity


@given(packing=packings())
@settings(max_examples=150, deadline=None)
def test_items_are_packed_into_the_fewest_bins_and_not_into_fewer(packing: tuple[list[int], int]) -> None:
    weights, capacity = packing
    needed = bins_needed(weights, capacity)
    assert Packer(weights, capacity).pack(needed - 1) is None
    for bins in (needed, needed + 1):
        found = Packer(weights, capacity).pack(bins)
        assert found is not None
        assert len(found) <= bins
        assert sorted(item for members in found for item in members) == list(range(len(weights)))
        assert all(sum(weights[item] for item in members) <= capacity for members in found)


def test_an_item_above_the_capacity_fits_nowhere() -> None:
    assert Packer([6, 1], 5).pack(2) is None


def test_a_packing_without_a_unit_to_spare_is_found() -> None:
    found = Packer([7, 6, 5, 4, 3, 2, 2, 1], 10).pack(3)
    assert found is not None
    assert {sum([7, 6, 5, 4, 3, 2, 2, 1][item] for item in members) for members in found} == {10}


def test_what_the_largest_first_cannot_pack_is_packed() -> None:
    # Largest first opens a third bin: 4 + 4 leaves 2 unused, then 3 + 3 + 3 + 3 is two too many for one.
    assert Packer([4, 4, 3, 3, 3, 3], 10).pack(2) is not None


def test_nothing_needs_no_bin() -> None:
    assert Packer([], 5).pack(2) == []
