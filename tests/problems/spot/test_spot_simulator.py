"""The simulator keeps the published rules."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings

from problems.base import Instance, Limits, Outcome
from problems.spot.interface import Decision, Observation, must_run, running
from problems.spot.simulator import Job, Run, Simulator

NONE, SPOT, ON_DEMAND = Decision
TINY = Job(task_s=1800, deadline_s=3600, restart_overhead_s=300)


def instance(job: Job, available: Sequence[bool]) -> Instance:
    return Instance("i", "g", "b", "d", Run(job, tuple(available), optimum_usd=0.1))


def play(
    job: Job, available: Sequence[bool], decisions: Sequence[Decision]
) -> tuple[list[Observation], Outcome]:
    """Sends decisions, over and over, and returns what was observed."""
    simulator, seen = Simulator(), []
    simulation = simulator.simulate(instance(job, available))
    try:
        seen.append(next(simulation))
        while True:
            seen.append(simulation.send(decisions[(len(seen) - 1) % len(decisions)]))
    except StopIteration as end:
        return seen, end.value


class Reference:
    """The rules once more, in floating seconds, as they were published: one attribute a quantity."""

    def __init__(self, job: Job, available: Sequence[bool]) -> None:
        self.job, self.available = job, available
        self.last, self.pending, self.left = "none", 0.0, float(job.task_s)
        self.cost = 0.0

    def run(self, decisions: Sequence[Decision]) -> Iterator[tuple[float, bool, str, float, float]]:
        tick = 0
        while True:
            has, elapsed = self.available[tick], tick * float(self.job.gap_s)
            self.past_tick()
            if self.left <= 1e-8:
                self.finished_s = elapsed
                return
            yield elapsed, has, self.last, self.left, self.pending
            wish = decisions[tick % len(decisions)].name.lower()
            self.start(self.guaranteed(elapsed, wish), has)
            tick += 1

    def past_tick(self) -> None:
        self.cost += {"none": 0.0, "spot": 0.9731, "on_demand": 3.06}[self.last] * self.job.gap_s / 3600
        if self.last != "none":
            worked = max(self.job.gap_s - self.pending, 0.0)
            self.pending -= self.job.gap_s - worked
            if self.pending < 1e-3:
                self.pending = 0.0
            self.left -= min(worked, self.left)

    def guaranteed(self, elapsed: float, wish: str) -> str:
        gap = self.job.gap_s
        remaining = math.floor((self.job.deadline_s - elapsed) / gap) * gap
        needed = math.ceil((self.left + self.job.restart_overhead_s) / gap) * gap
        if self.left > 1e-3 and needed >= remaining:
            return "spot" if self.last == "spot" and self.pending < 1e-3 else "on_demand"
        return wish

    def start(self, kind: str, has: bool) -> None:
        alive = "none" if self.last == "spot" and not has else self.last
        if kind == "spot" and not has:
            kind = "none"
        if kind not in ("none", alive):
            self.pending = float(self.job.restart_overhead_s)
        self.last = kind


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    """Jobs of up to a few dozen ticks; overheads above a tick, too, and times that no tick divides."""
    gap = draw(st.sampled_from([60, 600]))
    overhead = draw(st.integers(0, 2 * gap))
    task = draw(st.integers(1, 20 * gap))
    slack = draw(st.integers(2 * gap + overhead, 12 * gap + overhead))
    return Job(task_s=task, deadline_s=task + slack, restart_overhead_s=overhead, gap_s=gap)


@settings(deadline=None)  # the machine may be busy
@given(job=jobs(), data=st.data(), decisions=st.lists(st.sampled_from(Decision), min_size=1, max_size=40))
def test_a_run_is_the_published_one(job: Job, data: st.DataObject, decisions: list[Decision]) -> None:
    ticks = job.ticks + 2
    available = data.draw(st.lists(st.booleans(), min_size=ticks, max_size=ticks))
    reference = Reference(job, available)
    expected = list(reference.run(decisions))
    seen, outcome = play(job, available, decisions)
    assert [
        (o.elapsed_s, o.has_spot, o.last.name.lower(), o.work_left_s, o.overhead_left_s) for o in seen
    ] == expected
    assert outcome.metrics["cost_usd"] == pytest.approx(reference.cost, abs=1e-9)
    assert outcome.metrics["late"] == (reference.finished_s > job.deadline_s)


@settings(deadline=None)  # the machine may be busy
@given(job=jobs(), data=st.data(), decisions=st.lists(st.sampled_from(Decision), min_size=1, max_size=40))
def test_the_interface_foretells_when_the_guarantee_binds(
    job: Job, data: st.DataObject, decisions: list[Decision]
) -> None:
    ticks = job.ticks + 2
    available = data.draw(st.lists(st.booleans(), min_size=ticks, max_size=ticks))
    setup = Simulator().setup(instance(job, available), Limits())
    seen, _ = play(job, available, decisions)
    for i, (now, after) in enumerate(pairwise(seen)):
        wish = decisions[i % len(decisions)]
        granted = NONE if wish == SPOT and not now.has_spot else wish
        if must_run(setup, now):
            going_on = now.last == SPOT and not now.overhead_left_s
            granted = (SPOT if now.has_spot else NONE) if going_on else ON_DEMAND
        assert after.last == granted


def test_all_on_demand_pays_for_work_and_one_restart() -> None:
    seen, outcome = play(TINY, [True] * 8, [ON_DEMAND])
    assert [o.work_left_s for o in seen] == [1800, 1500, 900, 300]
    assert outcome.score == pytest.approx(0.1 / 2.04)
    assert outcome.metrics == {
        "cost_usd": pytest.approx(4 * 3.06 / 6),
        "late": 0.0,
        "spot_share": 0.0,
        "idle_share": 0.0,
        "restarts": 1.0,
    }


def test_a_tick_that_ends_in_a_loss_still_counts_its_work() -> None:
    seen, _ = play(TINY, [True, False, True, True, True, True, True, True], [SPOT])
    assert seen[1] == Observation(600, False, SPOT, 1500, 0)
    assert running(seen[1]) == NONE


def test_spot_where_there_is_none_runs_and_costs_nothing() -> None:
    seen, outcome = play(TINY, [False, *[True] * 7], [SPOT])
    assert seen[1] == Observation(600, True, NONE, 1800, 0)
    assert outcome.metrics["cost_usd"] == pytest.approx(4 * 0.9731 / 6)


def test_idling_all_along_is_saved_by_the_guarantee() -> None:
    _, outcome = play(TINY, [True] * 8, [NONE])
    assert (outcome.metrics["late"], outcome.metrics["idle_share"]) == (0.0, 2 / 6)


def test_losing_spot_under_the_guarantee_is_late_by_a_tick_and_scores_nothing() -> None:
    available = [True, True, True, False, False, False, False, False]
    seen, outcome = play(TINY, available, [SPOT, NONE, SPOT, ON_DEMAND])
    assert [o.last for o in seen[3:]] == [SPOT, NONE, ON_DEMAND, ON_DEMAND]
    assert (outcome.score, outcome.metrics["late"]) == (0.0, 1.0)


def test_an_observation_is_small_and_comes_back_typed() -> None:
    seen = Observation(251_400, True, SPOT, 172_800, 360)
    wire = msgspec.json.encode(seen)
    assert len(wire) < 40
    assert msgspec.json.decode(wire, type=Observation) == seen


def test_a_window_that_a_late_run_could_outlast_is_refused() -> None:
    with pytest.raises(ValueError, match="8 ticks for this deadline, but has 7"):
        Run(TINY, (True,) * 7, 1.0)


def test_a_deadline_without_slack_is_refused() -> None:
    with pytest.raises(ValueError, match="a tick and an overhead of slack"):
        Job(task_s=1800, deadline_s=2699, restart_overhead_s=300)
