"""The clairvoyant optimum is the least cost of any run on time, in both dynamics."""

import math
from collections.abc import Iterator, Sequence
from itertools import product

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from problems.base import Instance, Outcome, Split
from problems.datasets import DataFolder
from problems.spot.simulator import Job
from problems.spot_multi import PROBLEM
from problems.spot_multi.bound import Wanted, optimum_usd
from problems.spot_multi.interface import Decision, Machine
from problems.spot_multi.simulator import Dynamics, Run, Simulator

TOLERANCE = 1e-12
"""Both sides are the same whole number of price units, turned into dollars alike."""

LB_SCALE = 146.88, 46.7088


def outcome(case: Wanted, decisions: Sequence[Decision]) -> Outcome:
    names = tuple(f"r{i}" for i in range(case.prices.shape[1]))
    run = Run(case.job, names, case.available, case.prices, case.dynamics, 1e-9)
    simulation = Simulator().simulate(Instance("i", "g", "b", "d", run))
    wishes = iter(decisions)
    next(simulation)
    try:
        while True:
            simulation.send(next(wishes, Decision(Machine.ON_DEMAND, 0)))
    except StopIteration as end:
        result: Outcome = end.value
        return result


def cheapest(case: Wanted) -> float:
    """Explores every state that any decisions lead to, tick after tick, by the rules as they are written."""
    ends = range(case.prices.shape[1]) if case.dynamics is Dynamics.LB else [None]
    return min(_cheapest(case, end) for end in ends) * 1e-4 * case.job.gap_s / 3600


State = tuple[int, Machine, int, int]
"""Region, last machine, overhead left, work left."""


def _cheapest(case: Wanted, end: int | None) -> float:
    """In price units; with an end, spot costs what it did there at first, and the run ends there."""
    states: dict[State, int] = {(0, Machine.NONE, 0, case.job.task_s): 0}
    best = math.inf
    for tick in range(case.job.ticks + 1):
        after: dict[State, int] = {}
        for (region, last, pending, left), cost in states.items():
            served = min(case.job.gap_s, pending)
            now = left - (case.job.gap_s - served if last else 0)
            if now <= 0:
                best = min(best, cost if end in (None, region) else math.inf)
            elif tick < case.job.ticks:
                for new, paid in successors(
                    case, tick, (region, last, pending - served * bool(last), now), end
                ):
                    after[new] = min(after.get(new, 1 << 60), cost + paid)
        states = after
    return best


def successors(case: Wanted, tick: int, state: State, end: int | None) -> Iterator[tuple[State, int]]:
    region, last, pending, left = state
    job, there, lb = case.job, case.available[tick], case.dynamics is Dynamics.LB
    remaining = job.deadline_s // job.gap_s - tick
    forced = -(-(left + job.restart_overhead_s) // job.gap_s) >= remaining
    alive = Machine.NONE if last == Machine.SPOT and not there[region] else last
    for asked, target in product(Machine, range(len(there))):
        machine, wish = asked, target
        if forced:
            machine = Machine.SPOT if last == Machine.SPOT and not pending else Machine.ON_DEMAND
            wish = wish if lb else region
        if machine == Machine.SPOT and not there[wish]:
            machine = Machine.NONE
        starts = machine != Machine.NONE and (machine != alive or (wish != region and not lb))
        spot = case.prices[tick, wish] if end is None else case.prices[0, end]
        paid = {Machine.NONE: 0, Machine.SPOT: int(spot), Machine.ON_DEMAND: 30_600}[machine]
        yield (wish, machine, job.restart_overhead_s if starts else pending, left), paid


def drawn(draw: st.DrawFn, job: Job, regions: int) -> Wanted:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = (job.ticks + 2, regions)
    available = rng.random(shape) < draw(st.sampled_from([0.4, 0.7, 0.95]))
    dynamics = draw(st.sampled_from(Dynamics if job.restart_overhead_s > job.gap_s else [Dynamics.STRICT]))
    return Wanted(job, available, rng.integers(2000, 30_000, shape).astype(np.int32), dynamics)


@st.composite
def tiny(draw: st.DrawFn) -> Wanted:
    """Jobs of some ticks in up to three regions, overheads of up to four ticks, any times."""
    overhead = draw(st.sampled_from([0, 15, 72, 195, 250, 390, 450, 720]))
    task = draw(st.integers(1, 900))
    deadline = draw(st.integers(task + 2 * 195 + overhead, task + 2 * overhead + 900))
    job = Job(task_s=task, deadline_s=deadline, restart_overhead_s=overhead, gap_s=195)
    return drawn(draw, job, draw(st.integers(1, 3)))


@st.composite
def small(draw: st.DrawFn) -> tuple[Wanted, list[Decision]]:
    """Jobs of some dozen ticks in three regions, and a run that follows live spot and decides at random."""
    overhead = draw(st.sampled_from([72, 195, 300, 720]))
    job = Job(task_s=4000, deadline_s=4000 + 3 * overhead + 1000, restart_overhead_s=overhead, gap_s=195)
    wish = st.builds(Decision, st.sampled_from([Machine.SPOT, Machine.SPOT, *Machine]), st.integers(0, 2))
    repeats = st.tuples(wish, st.integers(1, 12))
    runs = draw(st.lists(repeats, min_size=1, max_size=12))
    return drawn(draw, job, 3), [decision for decision, times in runs for _ in range(times)]


@settings(max_examples=150, deadline=None)
@given(case=tiny())
def test_the_optimum_is_the_cheapest_of_all_runs(case: Wanted) -> None:
    assert optimum_usd(case) == pytest.approx(cheapest(case), abs=TOLERANCE)


@settings(max_examples=100, deadline=None)
@given(case=small())
def test_no_run_on_time_is_cheaper(case: tuple[Wanted, list[Decision]]) -> None:
    wanted, decisions = case
    found = outcome(wanted, decisions)
    assert found.metrics["late"] or found.metrics["cost_usd"] >= optimum_usd(wanted) - TOLERANCE


def test_with_cheap_spot_all_along_it_pays_for_spot_and_one_restart() -> None:
    job = Job(task_s=9000, deadline_s=24_000, restart_overhead_s=720, gap_s=195)
    there, prices = np.ones((125, 2), dtype=bool), np.tile(np.array([9500, 9000], dtype=np.int32), (125, 1))
    for dynamics in Dynamics:
        optimum = optimum_usd(Wanted(job, there, prices, dynamics))
        assert optimum == pytest.approx(50 * 0.9 * 195 / 3600, abs=TOLERANCE)


def test_short_overheads_are_refused_in_lb() -> None:
    job = Job(task_s=585, deadline_s=1950, restart_overhead_s=72, gap_s=195)
    case = Wanted(job, np.ones((12, 1), dtype=bool), np.full((12, 1), 9000, dtype=np.int32), Dynamics.LB)
    with pytest.raises(ValueError, match="longer than a tick in LB"):
        optimum_usd(case)


def mean_of_scenarios(instances: Sequence[Instance]) -> float:
    scenarios: dict[str, list[float]] = {}
    for instance in instances:
        scenarios.setdefault(instance.name.split(".")[0], []).append(instance.data.optimum_usd)
    assert [len(found) for found in scenarios.values()] == [8, 8, 6, 6, 4, 2]
    return sum(sum(found) / len(found) for found in scenarios.values()) / 6


def lb_scale(usd: float) -> float:
    worst, best = LB_SCALE
    return 100 * (worst - usd) / (worst - best)


def test_the_published_clairvoyant_mean_is_reproduced(published: Sequence[Instance]) -> None:
    mean_usd = mean_of_scenarios(published)
    assert mean_usd == pytest.approx(68.0034, abs=5e-5)  # as many digits as were published
    assert lb_scale(mean_usd) == pytest.approx(78.742, abs=5e-4)


@pytest.mark.slow
def test_the_published_clairvoyant_mean_in_lb_dynamics_is_reproduced(
    data: DataFolder, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path_factory.mktemp("cache")))
    mean_usd = mean_of_scenarios(PROBLEM.load("lb_dynamics", Split.PUBLISHED, data))
    assert mean_usd == pytest.approx(66.3665, abs=5e-5)
    assert lb_scale(mean_usd) == pytest.approx(80.376, abs=5e-4)
