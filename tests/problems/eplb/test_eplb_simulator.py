"""The simulator measures a placement on the window after it, and refuses whatever is no placement."""

import dataclasses
from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any

import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings

from problems.base import InvalidAnswer, Limits
from problems.eplb.interface import Decision, Observation
from problems.eplb.simulator import History, Placement, Simulator
from problems.eplb.traffic import Shape
from tests.problems.eplb.histories import PAIR, history, play

ROW = (0, 1, 2, 3, 0, 1)
PLACED: Decision = (ROW, ROW)
"""GPU 0 holds 0, 1, 2, GPU 1 holds 3, 0, 1."""

ONE = Shape(layers=1, experts=3, top_k=1, replicas=4, groups=1, nodes=1, gpus=2)

windows = st.lists(
    st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=2, max_size=2).filter(
        lambda window: any(map(any, window))
    ),
    min_size=2,
    max_size=4,
)
rows = st.permutations(range(4)).flatmap(
    lambda own: st.lists(st.integers(0, 3), min_size=2, max_size=2).flatmap(
        lambda more: st.permutations([*own, *more])
    )
)
placements = st.tuples(rows, rows).map(lambda found: tuple(map(tuple, found)))


def slow_balance(window: Sequence[Sequence[int]], decision: Decision, gpus: int) -> float:
    """The definition, expert by expert."""
    means = peaks = 0.0
    for load, row in zip(window, decision, strict=True):
        room = len(row) // gpus
        busy = [
            sum(load[expert] / row.count(expert) for expert in row[gpu * room : (gpu + 1) * room])
            for gpu in range(gpus)
        ]
        means += sum(busy) / gpus
        peaks += max(busy)
    return means / peaks


def test_load_is_split_over_replicas_and_the_busiest_gpu_counts() -> None:
    instance = history([[[1, 1, 1, 1]] * 2, [[8, 4, 3, 5], [2, 2, 0, 6]]])
    _, outcome = play(instance, [PLACED])
    # Layer 0: 4 + 2 + 3 and 5 + 4 + 2; layer 1: 1 + 1 + 0 and 6 + 1 + 1. Means 10 and 5, largest 11 and 8.
    assert outcome.score == pytest.approx(15 / 19)


def test_the_first_decision_is_checked_but_not_counted() -> None:
    instance = history([[[9, 0, 0, 0]] * 2, [[1, 1, 1, 1]] * 2])
    _, outcome = play(instance, [((0, 0, 0, 1, 2, 3),) * 2, PLACED])
    assert outcome.score == play(instance, [PLACED])[1].score
    with pytest.raises(InvalidAnswer):
        play(instance, [(), PLACED])


def test_an_observation_shows_the_last_window_and_first_a_guess() -> None:
    counts = [[[number + 1, 2, 3, 4]] * 2 for number in range(3)]
    seen, _ = play(history(counts), [PLACED])
    assert [o.window for o in seen] == [0, 1, 2]
    assert [o.counts.tolist() for o in seen] == [[[1] * 4] * 2, counts[0], counts[1]]


def test_a_setup_tells_the_machines_and_no_traffic() -> None:
    setup = Simulator().setup(history([[[1, 1, 1, 1]] * 2] * 5), Limits(step_mean_cpu_s=0.2))
    assert setup == (2, 4, 6, 2, 2, 2, 5, 0.2)


@settings(deadline=None)  # the machine may be busy
@given(counts=windows, data=st.data())
def test_the_score_is_the_mean_of_the_definition(counts: list[list[list[int]]], data: st.DataObject) -> None:
    decisions = [data.draw(placements) for _ in counts]
    _, outcome = play(history(counts), decisions)
    pairs = list(zip(counts, decisions, strict=True))[1:]
    expected = [slow_balance(window, decision, 2) for window, decision in pairs]
    assert outcome.score == pytest.approx(sum(expected) / len(expected))
    assert outcome.metrics["worst_window"] == pytest.approx(min(expected))
    same = [
        slow_balance(window, decision, 2) for window, decision in zip(counts, decisions[1:], strict=False)
    ]
    assert outcome.metrics["same_window"] == pytest.approx(sum(same) / len(same))


@settings(deadline=None)  # the machine may be busy
@given(load=st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any))
def test_no_placement_at_all_is_better_than_even(load: list[int]) -> None:
    found = [
        Placement(ONE, np.array([[*left, *right]])).balance(np.array([load]))
        for left in combinations_with_replacement(range(3), 2)
        for right in combinations_with_replacement(range(3), 2)
        if {*left, *right} == {0, 1, 2}
    ]
    assert 0.0 < max(found) <= 1.0 + 1e-12  # sums of a few quotients


def test_even_load_on_even_slots_is_perfect() -> None:
    even = ((0, 1, 0, 2, 3, 3),) * 2
    _, outcome = play(history([[[2, 1, 1, 2]] * 2] * 3), [even])
    assert outcome.score == pytest.approx(1.0)


def test_moved_counts_slots_whose_expert_comes_from_another_gpu() -> None:
    instance = history([[[1, 1, 1, 1]] * 2] * 3)
    within = ((2, 0, 1, 1, 3, 0),) * 2
    across = ((0, 1, 3, 2, 0, 1), ROW)
    assert play(instance, [PLACED, within])[1].metrics["moved"] == 0.0
    # 3 and 2 change places in one of two layers: 2 of 12 slots, in one of two changes, or there and back.
    assert play(instance, [PLACED, PLACED, across])[1].metrics["moved"] == pytest.approx(2 / 12 / 2)
    assert play(instance, [PLACED, across, PLACED])[1].metrics["moved"] == pytest.approx(2 / 12)


def test_groups_and_replicas_are_counted_on_nodes_and_in_layers() -> None:
    instance = history([[[1, 1, 1, 1]] * 2] * 2)
    apart = ((0, 1, 0, 2, 3, 3), (0, 0, 0, 1, 2, 3))
    metrics = play(instance, [apart])[1].metrics
    # Groups {0, 1} and {2, 3}: on one node each in layer 0, on two and one in layer 1.
    assert metrics["group_nodes"] == pytest.approx((1 + 1 + 2 + 1) / 4)
    assert metrics["most_replicas"] == pytest.approx((2 + 3) / 2)
    assert metrics["reference"] == 0.5


BAD: list[tuple[str, Any, str | None]] = [
    ("wrong_layers", (), None),
    ("wrong_layers", (ROW,), None),
    ("wrong_layers", (ROW,) * 3, None),
    ("wrong_slots", (ROW, (*ROW, 2)), "[1]"),
    ("wrong_slots", (ROW[:-1], ROW), "[0]"),
    ("wrong_slots", (ROW, ()), "[1]"),
    ("expert_out_of_range", (ROW, (0, 1, 2, 3, 4, 1)), "[1][4]"),
    ("expert_out_of_range", ((0, 1, 2, -1, 3, 1), ROW), "[0][3]"),
    ("expert_out_of_range", ((0, 1, 2, 3, 10**30, -1), ROW), "[0][4]"),
    ("expert_missing", (ROW, (0, 1, 2, 2, 0, 1)), "[1]"),
    ("expert_missing", ((0,) * 6, (0,) * 6), "[0]"),
]


@pytest.mark.parametrize(("rule", "decision", "element"), BAD)
def test_a_decision_that_is_no_placement_names_its_rule(
    rule: str, decision: Any, element: str | None
) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        play(history([[[1, 1, 1, 1]] * 2] * 3), [PLACED, decision])
    assert (caught.value.rule, caught.value.element) == (rule, element)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    "wire", [b"[[true,1]]", b"[[0.5]]", b'["0123"]', b"[[null]]", b"[0,1]", b'{"0":[1]}']
)
def test_what_is_no_row_of_numbers_is_refused_on_the_wire(wire: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(wire, type=Decision)


def test_an_observation_is_not_shared_with_the_scorer() -> None:
    instance = history([[[1, 2, 3, 4]] * 2] * 2)
    instance.data.windows.setflags(write=False)
    simulation = Simulator().simulate(instance)
    first: Observation = next(simulation)
    first.counts[:] = 0  # a guess of its own; the windows themselves are read-only
    assert not simulation.send(PLACED).counts.flags.writeable


def test_a_history_needs_two_windows_with_tokens() -> None:
    with pytest.raises(ValueError, match="two windows or more of shape"):
        History(PAIR, np.ones((1, 2, 4), dtype=np.int64))
    with pytest.raises(ValueError, match="two windows or more of shape"):
        History(PAIR, np.ones((3, 2, 5), dtype=np.int64))
    with pytest.raises(ValueError, match="a window needs tokens"):
        History(PAIR, np.zeros((2, 2, 4), dtype=np.int64))


@pytest.mark.parametrize("wrong", [{"replicas": 7}, {"replicas": 2}, {"groups": 3}, {"gpus": 3}])
def test_machines_that_do_not_divide_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="equally"):
        dataclasses.replace(PAIR, **wrong)
