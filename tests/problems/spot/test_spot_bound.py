"""The clairvoyant optimum is the least cost of any run on time."""

from collections.abc import Iterator, Sequence
from itertools import product

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from problems.base import Instance, Outcome
from problems.spot.bound import optima_usd
from problems.spot.interface import Decision
from problems.spot.simulator import Job, Run, Simulator

TOLERANCE = 1e-12
"""Both sides are sums of few ticks' prices; they differ by rounding only."""


def outcome(job: Job, available: Sequence[bool], decisions: Sequence[Decision]) -> Outcome:
    simulation = Simulator().simulate(Instance("i", "g", "b", "d", Run(job, tuple(available), 1e-9)))
    wishes = iter(decisions)
    next(simulation)
    try:
        while True:
            simulation.send(next(wishes, Decision.ON_DEMAND))
    except StopIteration as end:
        result: Outcome = end.value
        return result


def costs_on_time(job: Job, available: Sequence[bool]) -> Iterator[float]:
    """Costs of every run there is: the decisions of the last ticks are the guarantee's, or of no use."""
    for decisions in product(Decision, repeat=job.ticks):
        found = outcome(job, available, decisions)
        if not found.metrics["late"]:
            yield found.metrics["cost_usd"]


@st.composite
def tiny(draw: st.DrawFn) -> tuple[Job, list[bool]]:
    """Jobs of at most six ticks, with times that no tick divides."""
    overhead = draw(st.sampled_from([0, 72, 180, 250, 360, 599]))
    task = draw(st.integers(1, 2400 - overhead))
    deadline = draw(st.integers(task + 1200 + overhead, 4199))
    job = Job(task_s=task, deadline_s=deadline, restart_overhead_s=overhead)
    return job, draw(st.lists(st.booleans(), min_size=job.ticks + 2, max_size=job.ticks + 2))


@settings(max_examples=60, deadline=None)
@given(case=tiny())
def test_the_optimum_is_the_cheapest_of_all_runs(case: tuple[Job, list[bool]]) -> None:
    job, available = case
    (optimum,) = optima_usd(job, [available])
    assert optimum == pytest.approx(min(costs_on_time(job, available)), abs=TOLERANCE)


@settings(deadline=None)
@given(data=st.data(), decisions=st.lists(st.sampled_from(Decision), min_size=40, max_size=40))
def test_no_run_on_time_is_cheaper(data: st.DataObject, decisions: list[Decision]) -> None:
    job = Job(task_s=9000, deadline_s=24_000, restart_overhead_s=data.draw(st.sampled_from([72, 180, 360])))
    available = data.draw(st.lists(st.booleans(), min_size=42, max_size=42))
    found = outcome(job, available, decisions)
    assert found.metrics["late"] or found.metrics["cost_usd"] >= optima_usd(job, [available])[0] - TOLERANCE


def test_windows_do_not_mix() -> None:
    job = Job(task_s=9000, deadline_s=24_000, restart_overhead_s=72)
    windows = [[True] * 40, [False] * 40, [i % 5 > 1 for i in range(40)]]
    assert optima_usd(job, windows) == tuple(optima_usd(job, [window])[0] for window in windows)


def test_with_spot_all_along_it_pays_for_spot_and_one_restart() -> None:
    job = Job(task_s=9000, deadline_s=24_000, restart_overhead_s=72)
    assert optima_usd(job, [[True] * 40])[0] == pytest.approx(16 * 0.9731 / 6, abs=TOLERANCE)


def test_overheads_of_a_tick_or_more_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter than a tick"):
        optima_usd(Job(task_s=600, deadline_s=6000, restart_overhead_s=600), [[True] * 12])


def test_the_published_mean_is_reproduced(published: Sequence[Instance]) -> None:
    mean_usd = sum(instance.data.optimum_usd for instance in published) / len(published)
    assert mean_usd == pytest.approx(92.337350, abs=5e-7)  # as many digits as were published
