"""The helpers of the interface agree with the trusted side, and what is sent comes back."""

import ast

import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
from hypothesis import given

from problems.base import Limits
from problems.eplb import interface
from problems.eplb.interface import Decision, balance, slots_per_gpu
from problems.eplb.simulator import Placement, Simulator
from tests.problems.eplb.histories import PAIR, history

SETUP = Simulator().setup(history([[[1, 1, 1, 1]] * 2] * 2), Limits())


@given(data=st.data())
def test_a_policy_can_measure_a_placement_as_the_simulator_does(data: st.DataObject) -> None:
    counts = np.array(data.draw(st.lists(st.integers(1, 99), min_size=8, max_size=8))).reshape(2, 4)
    more = data.draw(st.lists(st.integers(0, 3), min_size=4, max_size=4))
    placed = np.array([[0, 1, 2, 3, *more[:2]], [*more[2:], 3, 2, 1, 0]])
    assert balance(SETUP, counts, placed) == Placement(PAIR, placed).balance(counts)


def test_slots_are_divided_equally_over_gpus() -> None:
    assert slots_per_gpu(SETUP) == 3


def test_rows_of_numbers_come_back_as_they_were_sent() -> None:
    sent = ((0, 1, 2), (2, 1, 0))
    assert msgspec.json.decode(msgspec.json.encode(np.array(sent).tolist()), type=Decision) == sent


@pytest.mark.parametrize("name", ["Setup", "Observation", "Decision"])
def test_a_policy_finds_what_its_problem_defines(name: str) -> None:
    assert name in vars(interface)


def test_the_interface_imports_numpy_and_the_standard_library_only() -> None:
    tree = ast.parse(interface.__loader__.get_source("problems.eplb.interface"))  # type: ignore[union-attr]
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert names == {"numpy", "numpy.typing"}
