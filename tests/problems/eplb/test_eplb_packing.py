"""The packer of the references is close to the best there is."""

from itertools import product

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from problems.base import Split
from problems.eplb.instances import LITE, V3, generated
from problems.eplb.packing import place
from problems.eplb.simulator import Placement
from problems.eplb.traffic import Shape
from tests.problems.eplb.histories import PAIR

ONE = Shape(layers=1, experts=3, top_k=1, replicas=4, groups=1, nodes=1, gpus=2)
EVERY = [np.array([row]) for row in product(range(3), repeat=4) if {*row} == {0, 1, 2}]


@given(load=st.lists(st.integers(0, 1000), min_size=8, max_size=8))
def test_every_expert_has_a_slot_whatever_the_load(load: list[int]) -> None:
    placed = place(np.array(load).reshape(2, 4), PAIR.replicas, PAIR.gpus)
    assert Placement.of(PAIR, tuple(map(tuple, placed.tolist()))).replicas.sum() == 12


@settings(deadline=None)  # the machine may be busy
@given(load=st.lists(st.integers(1, 50), min_size=3, max_size=3))
def test_on_two_gpus_it_is_near_the_best_of_all_placements(load: list[int]) -> None:
    counts = np.array([load])
    best = max(Placement(ONE, placed).balance(counts) for placed in EVERY)
    # The greedy choice of replicas is not always right: 0.8 is what Graham's rule leaves at worst, about.
    assert 0.8 * best <= Placement(ONE, place(counts, 4, 2)).balance(counts) <= best + 1e-12


def test_a_known_load_of_the_large_model_is_packed_to_0_9997() -> None:
    history = generated(Split.SEARCH)[0].data
    scores = [Placement(V3, place(w, V3.replicas, V3.gpus)).balance(w) for w in history.windows[:3]]
    assert sum(scores) / 3 > 0.9995


def test_exchanges_help_where_slots_are_few() -> None:
    window = generated(Split.SEARCH)[4].data.windows[0]
    assert Placement(LITE, place(window, LITE.replicas, LITE.gpus)).balance(window) > 0.995
