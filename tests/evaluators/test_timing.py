"""Paired times: exact intervals, balanced order, and a verdict that noise does not make."""

import math
import statistics
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.drive import Bench, runtime
from evaluators.timing import FEWEST_PAIRS, Comparison, Entry, Failed, Middle, Pair, Timed, Timer, order
from problems.base import Split, groups
from problems.datasets import DataFolder
from problems.registry import get
from sandbox import ForkServer, Mode


def test_the_interval_of_a_median_is_that_of_the_sign_test() -> None:
    assert Middle.of([5, 1, 4, 2, 6, 3]) == Middle(3.5, 1, 6, 6)
    assert Middle.of(range(9)) == Middle(4, 1, 7, 9)
    assert Middle.of(range(36)) == Middle(17.5, 11, 24, 36)


def test_fewer_pairs_than_an_interval_needs_are_refused() -> None:
    with pytest.raises(ValueError, match="needs 6 values at least, but there are 5"):
        Middle.of([1.0] * (FEWEST_PAIRS - 1))


@pytest.mark.parametrize("count", [6, 12, 36])
def test_the_interval_covers_the_median_as_often_as_it_says(count: int) -> None:
    rng = np.random.default_rng(7)
    covered = 0
    for values in rng.lognormal(0.0, 1.0, (1000, count)):  # skewed, with median 1
        middle = Middle.of(values.tolist())
        covered += middle.low <= 1.0 <= middle.high
    assert covered >= 930  # 950 or more expected; 930 is nearly three standard errors below


@given(st.lists(st.floats(-1e3, 1e3), min_size=6, max_size=60))
def test_an_interval_holds_its_median_and_lies_within_the_values(values: list[float]) -> None:
    found = Middle.of(values)
    assert min(values) <= found.low <= found.median <= found.high <= max(values)


@pytest.mark.parametrize("pairs", [6, 7, 36])
def test_of_every_two_pairs_each_policy_begins_one(pairs: int) -> None:
    firsts = order(pairs, np.random.default_rng(3))
    assert len(firsts) == pairs
    assert all(firsts[i] != firsts[i + 1] for i in range(0, pairs - 1, 2))


def test_a_group_is_not_begun_by_the_same_policy_for_ever() -> None:
    firsts = order(36, np.random.default_rng(3))
    assert set(firsts[::2]) == set(firsts[1::2]) == {True, False}


def test_the_order_is_the_seeds() -> None:
    drawn = [order(36, np.random.default_rng(seed)) for seed in (3, 3, 4)]
    assert drawn[0] == drawn[1] != drawn[2]


def compared(mine: Sequence[float], others: Sequence[float], wire_s: float = 1e-4) -> Comparison:
    pairs = zip(mine, others, strict=True)
    return Comparison(tuple(Pair(Timed(a, 0.0), Timed(b, 0.0), wire_s) for a, b in pairs))


def test_a_ratio_and_a_difference_say_the_same() -> None:
    found = compared([2e-3 + i * 1e-5 for i in range(8)], [1e-3] * 8)
    assert found.ratio is not None
    assert found.ratio.median == pytest.approx(2.035)
    assert found.difference_s.median == pytest.approx(1.035e-3)
    assert found.verdict == "slower"
    assert compared([1e-3] * 8, [2e-3] * 8).verdict == "faster"
    assert compared([1e-3, 3e-3] * 4, [2e-3] * 8).verdict == "no difference shown"


@pytest.mark.parametrize("mine", [[1e-3] * 5 + [3e-3] * 3, [1e-3] * 3 + [3e-3] * 5])
def test_a_difference_that_its_interval_does_not_show_is_not_told(mine: list[float]) -> None:
    assert compared(mine, [2e-3] * 8).verdict == "no difference shown"


@pytest.mark.parametrize("mine", [[1e-6] * 8, [-1e-6] + [1e-3] * 7])
def test_a_time_that_is_lost_in_the_wire_gives_no_ratio(mine: list[float]) -> None:
    assert compared(mine, [1e-3] * 8).ratio is None
    assert compared([1e-3] * 8, mine).ratio is None
    assert math.isfinite(compared(mine, [1e-3] * 8).difference_s.median)


WORK = """
def solve(task):
    for _ in range({rounds}):
        total = 0
        for i in range(20_000):
            total += i * i
    return {answer}
"""


@pytest.fixture(scope="module")
def timer(toy: object) -> Iterator[Timer]:
    problem = get("toy-order")
    stage = groups(tuple(problem.load("generated", Split.SEARCH, DataFolder.find())))
    with ForkServer.start(Mode.AUTO, runtime=runtime(problem.limits[Split.SEARCH])) as server:
        yield Timer(Bench(server, 8.0), problem, stage, Split.SEARCH)


def entry(name: str, rounds: int, answer: str = "range(len(task.jobs))") -> Entry:
    return Entry(name, WORK.format(rounds=rounds, answer=answer))


def test_twice_the_work_takes_twice_the_time(timer: Timer) -> None:
    seen: list[tuple[int, int]] = []
    found = timer.compare(
        entry("twice", 4, "tuple(range(len(task.jobs)))"),
        entry("once", 2, "tuple(range(len(task.jobs)))"),
        pairs=12,
        rng=np.random.default_rng(0),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert isinstance(found, Comparison)
    assert found.ratio is not None
    assert 1.6 < found.ratio.median < 2.5
    assert found.verdict == "slower"
    assert seen == [(i + 1, 12) for i in range(12)]


def test_a_policy_is_neither_faster_nor_slower_than_itself_by_much(timer: Timer) -> None:
    same = entry("same", 3, "tuple(range(len(task.jobs)))")
    rng = np.random.default_rng(1)
    found = timer.compare(same, same, pairs=12, rng=rng, progress=lambda *_: None)
    assert isinstance(found, Comparison)
    assert found.ratio is not None
    assert 0.8 < found.ratio.median < 1.25


def test_what_the_idle_policy_takes_is_taken_off(timer: Timer) -> None:
    baseline = get("toy-order").baselines[0]
    idle = Entry(baseline.name, baseline.source)
    rng = np.random.default_rng(1)
    found = timer.compare(idle, idle, pairs=12, rng=rng, progress=lambda *_: None)
    assert isinstance(found, Comparison)
    assert abs(statistics.median(timed.call_s for timed in found.policy)) < found.wire_s / 2
    assert found.ratio is None


def test_a_policy_is_measured_twice_a_pair_when_it_meets_itself(timer: Timer) -> None:
    same = entry("same", 1, "tuple(range(len(task.jobs)))")
    rng = np.random.default_rng(1)
    found = timer.compare(same, same, pairs=6, rng=rng, progress=lambda *_: None)
    assert isinstance(found, Comparison)
    assert any(pair.policy.call_s != pair.against.call_s for pair in found.pairs)


def test_a_policy_that_fails_is_named_with_its_fault(timer: Timer) -> None:
    good, bad = entry("good", 1, "tuple(range(len(task.jobs)))"), entry("bad", 1, "(0, 0)")
    rng = np.random.default_rng(2)
    found = timer.compare(good, bad, pairs=6, rng=rng, progress=lambda *_: None)
    assert isinstance(found, Failed)
    assert (found.entry.name, found.fault.rule) == ("bad", "duplicate_index")
