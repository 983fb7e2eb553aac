"""The simulator keeps the rules, in both dynamics."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings

from problems.base import Instance, InvalidAnswer, Limits, Outcome, Split
from problems.spot.simulator import Job
from problems.spot_multi.instances import JOB, REGIONS
from problems.spot_multi.interface import Decision, Machine, Observation, must_run, running, slack_s
from problems.spot_multi.simulator import Dynamics, Run, Simulator
from problems.spot_multi.worlds import generated
from sandbox.wire import STEP, DownEncoder

NONE, SPOT, ON_DEMAND = Machine
STRICT, LB = Dynamics
TINY = Job(task_s=585, deadline_s=2730, restart_overhead_s=300, gap_s=195)
Wishes = list[tuple[Machine, int]]


def instance(
    job: Job, columns: Sequence[Sequence[bool]], prices: Sequence[Sequence[int]], dynamics: Dynamics = STRICT
) -> Instance:
    names = tuple(f"r{i}" for i in range(len(columns)))
    there, units = np.array(columns, dtype=bool).T, np.array(prices, dtype=np.int32).T
    return Instance("i", "g", "b", "d", Run(job, names, there, units, dynamics, optimum_usd=0.01))


def always(job: Job, *prices: int, dynamics: Dynamics = STRICT) -> Instance:
    """Regions in which spot is always there, at constant prices."""
    ticks = job.ticks + 2
    return instance(job, [[True] * ticks] * len(prices), [[p] * ticks for p in prices], dynamics)


def play(case: Instance, decisions: Sequence[tuple[Machine, int]]) -> tuple[list[Observation], Outcome]:
    """Sends decisions, the last one over and over, and returns what was observed."""
    simulation, seen = Simulator().simulate(case), list[Observation]()
    try:
        seen.append(next(simulation))
        while True:
            seen.append(simulation.send(Decision(*decisions[min(len(seen), len(decisions)) - 1])))
    except StopIteration as end:
        return seen, end.value


class Reference:
    """The rules once more, in floating seconds and dollars, one attribute a quantity."""

    def __init__(self, run: Run) -> None:
        self.run, self.job = run, run.job
        self.kind, self.region = "none", 0
        self.pending, self.left = 0.0, float(run.job.task_s)
        self.bill, self.bill_at_first_price, self.late = 0.0, [0.0] * len(run.regions), False

    def observations(self, decisions: Sequence[tuple[Machine, int]]) -> Iterator[tuple[object, ...]]:
        tick = 0
        while True:
            elapsed = tick * float(self.job.gap_s)
            self.past_tick()
            if self.left <= 1e-8:
                self.late = elapsed > self.job.deadline_s
                return
            yield elapsed, self.region, self.kind, self.left, self.pending
            machine, region = decisions[min(tick, len(decisions) - 1)]
            self.decide(tick, machine.name.lower(), region)
            self.pay(tick)
            tick += 1

    def past_tick(self) -> None:
        if self.kind != "none":
            worked = max(self.job.gap_s - self.pending, 0.0)
            self.pending -= self.job.gap_s - worked
            self.left -= min(worked, self.left)

    def decide(self, tick: int, wish: str, region: int) -> None:
        gap, has = self.job.gap_s, self.run.available[tick]
        alive = "none" if self.kind == "spot" and not has[self.region] else self.kind
        remaining = math.floor((self.job.deadline_s - tick * gap) / gap) * gap
        needed = math.ceil((self.left + self.job.restart_overhead_s) / gap) * gap
        strict = self.run.dynamics is STRICT
        if self.left > 1e-3 and needed >= remaining:
            wish = "spot" if self.kind == "spot" and self.pending < 1e-3 else "on_demand"
            region = self.region if strict else region
        if wish == "spot" and not has[region]:
            wish = "none"
        if wish != "none" and (wish != alive or (strict and region != self.region)):
            self.pending = float(self.job.restart_overhead_s)
        self.kind, self.region = wish, region

    def pay(self, tick: int) -> None:
        hours = self.job.gap_s / 3600
        here = {"none": 0.0, "on_demand": 3.06, "spot": self.run.prices[tick, self.region] * 1e-4}
        self.bill += here[self.kind] * hours
        for region, first in enumerate(self.run.prices[0]):
            self.bill_at_first_price[region] += (here | {"spot": first * 1e-4})[self.kind] * hours

    def cost(self) -> float:
        return self.bill if self.run.dynamics is STRICT else self.bill_at_first_price[self.region]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Instance, Wishes]:
    """Jobs of up to two dozen ticks, overheads of up to four, one to four regions, any decisions."""
    gap = draw(st.sampled_from([60, 195]))
    overhead = draw(st.integers(0, 4 * gap))
    task = draw(st.integers(1, 12 * gap))
    slack = draw(st.integers(2 * gap + overhead, 12 * gap + overhead))
    job = Job(task_s=task, deadline_s=task + slack, restart_overhead_s=overhead, gap_s=gap)
    regions, ticks = draw(st.integers(1, 4)), job.ticks + 2
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    there = (rng.random((regions, ticks)) < draw(st.sampled_from([0.3, 0.6, 0.9]))).tolist()
    prices = rng.integers(5000, 20_000, (regions, ticks)).tolist()
    wish = st.tuples(st.sampled_from(Machine), st.integers(0, regions - 1))
    decisions = draw(st.lists(wish, min_size=1, max_size=ticks))
    return instance(job, there, prices, draw(st.sampled_from(Dynamics))), decisions


@settings(deadline=None, max_examples=150)  # the machine may be busy
@given(case=cases())
def test_a_run_keeps_the_rules(case: tuple[Instance, Wishes]) -> None:
    drawn, decisions = case
    reference = Reference(drawn.data)
    expected = list(reference.observations(decisions))
    seen, outcome = play(drawn, decisions)
    found = [(o.elapsed_s, o.region, o.last.name.lower(), o.work_left_s, o.overhead_left_s) for o in seen]
    assert found == expected
    assert [o.available for o in seen] == [tuple(row) for row in drawn.data.available.tolist()][: len(seen)]
    assert outcome.metrics["cost_usd"] == pytest.approx(reference.cost(), abs=1e-9)
    assert outcome.metrics["late"] == reference.late


@settings(deadline=None, max_examples=60)  # the machine may be busy
@given(case=cases())
def test_runs_without_moves_are_the_same_in_both_dynamics(case: tuple[Instance, Wishes]) -> None:
    drawn, decisions = case
    run: Run = drawn.data
    twins = [
        instance(run.job, run.available.T.tolist(), run.prices.T.tolist(), dynamics) for dynamics in Dynamics
    ]
    (seen, strict), (others, lb) = (play(twin, decisions) for twin in twins)
    if not strict.metrics["moves"]:
        assert seen == others
        bills = {"cost_usd": 0.0}
        assert {**strict.metrics, **bills} == {**lb.metrics, **bills}


@settings(deadline=None, max_examples=60)  # the machine may be busy
@given(case=cases())
def test_the_interface_foretells_when_the_guarantee_binds(case: tuple[Instance, Wishes]) -> None:
    drawn, decisions = case
    if drawn.data.dynamics is LB:
        return
    setup = Simulator().setup(drawn, Limits())
    seen, _ = play(drawn, decisions)
    for i, (now, after) in enumerate(pairwise(seen)):
        machine, region = decisions[min(i, len(decisions) - 1)]
        if must_run(setup, now):
            going_on = now.last == SPOT and not now.overhead_left_s
            machine, region = (SPOT if going_on else ON_DEMAND), now.region
        granted = NONE if machine == SPOT and not now.available[region] else machine
        assert (after.last, after.region) == (granted, region)


def test_an_overhead_of_several_ticks_is_served_before_work_is_done() -> None:
    seen, _ = play(always(TINY, 9000), [(SPOT, 0)])
    assert [(o.work_left_s, o.overhead_left_s) for o in seen] == [
        *((585, 0), (585, 105), (495, 0), (300, 0), (105, 0)),
    ]


def test_every_tick_is_billed_at_the_price_of_its_region_and_time() -> None:
    ticks = TINY.ticks + 2
    rising = [9000 + 100 * tick for tick in range(ticks)]
    case = instance(TINY, [[True] * ticks], [rising])
    _, outcome = play(case, [(SPOT, 0)])
    assert outcome.metrics["cost_usd"] == pytest.approx(sum(rising[:5]) * 1e-4 * 195 / 3600)
    assert outcome.score == pytest.approx(0.01 / outcome.metrics["cost_usd"])


def test_in_lb_every_tick_is_billed_at_the_first_price() -> None:
    ticks = TINY.ticks + 2
    rising = [9000 + 100 * tick for tick in range(ticks)]
    _, outcome = play(instance(TINY, [[True] * ticks], [rising], LB), [(SPOT, 0)])
    assert outcome.metrics["cost_usd"] == pytest.approx(5 * 0.9 * 195 / 3600)


def test_moving_a_live_machine_is_a_stop_and_a_start() -> None:
    seen, outcome = play(always(TINY, 9000, 8000), [(SPOT, 0), (SPOT, 0), (SPOT, 1)])
    assert [(o.region, o.work_left_s, o.overhead_left_s) for o in seen[2:5]] == [
        *((0, 495, 0), (1, 495, 105), (1, 405, 0)),
    ]
    assert (outcome.metrics["restarts"], outcome.metrics["moves"]) == (2.0, 1.0)


def test_on_demand_machines_do_not_move_for_free_either() -> None:
    seen, _ = play(always(TINY, 9000, 8000), [(ON_DEMAND, 0), (ON_DEMAND, 0), (ON_DEMAND, 1)])
    assert seen[3].overhead_left_s == 105


def test_in_lb_live_machines_move_for_free_and_the_last_region_prices_the_past() -> None:
    seen, outcome = play(always(TINY, 9000, 8000, dynamics=LB), [(SPOT, 0), (SPOT, 0), (SPOT, 1)])
    assert [o.work_left_s for o in seen] == [585, 585, 495, 300, 105]
    assert outcome.metrics["cost_usd"] == pytest.approx(5 * 0.8 * 195 / 3600)
    assert (outcome.metrics["restarts"], outcome.metrics["moves"]) == (1.0, 1.0)


@pytest.mark.parametrize("dynamics", Dynamics)
def test_what_is_lost_does_not_move(dynamics: Dynamics) -> None:
    ticks = TINY.ticks + 2
    there = [[True, False, *[True] * (ticks - 2)], [True] * ticks]
    seen, _ = play(instance(TINY, there, [[9000] * ticks] * 2, dynamics), [(SPOT, 0), (SPOT, 1)])
    assert running(seen[1]) == NONE
    assert (seen[2].work_left_s, seen[2].overhead_left_s) == (585, 105)


def test_a_tick_that_ends_in_a_loss_still_counts_its_work() -> None:
    ticks = TINY.ticks + 2
    there = [[True, True, False, *[True] * (ticks - 3)]]
    seen, _ = play(instance(TINY, there, [[9000] * ticks]), [(SPOT, 0)])
    assert (seen[2].work_left_s, running(seen[2])) == (495, NONE)


def test_spot_where_there_is_none_runs_and_costs_nothing_but_moves() -> None:
    ticks = TINY.ticks + 2
    there = [[True] * ticks, [False] * ticks]
    seen, outcome = play(instance(TINY, there, [[9000] * ticks] * 2), [(SPOT, 1), (SPOT, 0)])
    assert (seen[1].region, seen[1].last, seen[1].work_left_s) == (1, NONE, 585)
    assert outcome.metrics["cost_usd"] == pytest.approx(5 * 0.9 * 195 / 3600)


def test_idling_all_along_is_saved_by_the_guarantee() -> None:
    _, outcome = play(always(TINY, 9000), [(NONE, 0)])
    assert (outcome.metrics["late"], outcome.metrics["spot_share"]) == (0.0, 0.0)


def test_losing_spot_under_the_guarantee_is_late_and_scores_nothing() -> None:
    there = [[tick < 10 for tick in range(16)], [True] * 16]
    wishes = [*[(NONE, 0)] * 7, *[(SPOT, 0)] * 2, (SPOT, 1)]
    seen, outcome = play(instance(TINY, there, [[9000] * 16] * 2), wishes)
    assert [(o.last, o.region) for o in seen[9:13]] == [
        *((SPOT, 0), (SPOT, 0), (NONE, 0), (ON_DEMAND, 0)),
    ]
    assert (outcome.score, outcome.metrics["late"]) == (0.0, 1.0)


@pytest.mark.parametrize("region", [2, -1, -2, 10**30])
def test_regions_that_do_not_exist_are_refused(region: int) -> None:
    with pytest.raises(InvalidAnswer, match="from 0 to 1") as error:
        play(always(TINY, 9000, 8000), [(NONE, region)])
    assert (error.value.rule, error.value.element) == ("region_out_of_range", "[1]")
    assert len(str(error.value)) < 120


@pytest.mark.parametrize(
    "answer", ["[3,0]", "[1,0.5]", '["spot",0]', "[1]", "[1,0,0]", "[true,0]", "[1,true]", "1"]
)
def test_other_types_are_no_decision(answer: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(answer, type=Decision)


def test_a_step_takes_less_than_400_bytes_down_with_nine_regions() -> None:
    columns = len(REGIONS)
    observation = Observation(186_810, 8, SPOT, 172_799, 719, (True,) * columns, (1.8464,) * columns)
    frame = DownEncoder().frame(STEP, [(2**31, observation)])
    assert len(frame) < 200
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(observation), type=Observation) == observation


def test_slack_is_what_may_still_be_lost() -> None:
    setup = Simulator().setup(always(JOB, 9000), Limits())
    assert slack_s(setup, Observation(390, 0, NONE, 172_800, 0, (True,), (0.9,))) == 14_400 - 390


def test_a_window_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"needs shape \(16, 1\)"):
        instance(TINY, [[True] * 15], [[9000] * 15])


def test_prices_are_told_as_they_were_published() -> None:
    (window,) = generated(Split.SMOKE)
    run = Run(
        Job(task_s=12 * 3600, deadline_s=16 * 3600, restart_overhead_s=720, gap_s=195),
        window.regions, window.available, window.prices, STRICT, 1.0,
    )  # fmt: skip
    first = next(Simulator().simulate(Instance("i", "g", "b", "d", run)))
    assert first.spot_usd_h == tuple(float(f"{price / 10_000:.4f}") for price in window.prices[0])
