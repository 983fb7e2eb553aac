"""Each perturbation of spot shifts what it says."""

import pytest

from tests.problems.conftest import Variants

HOURS = pytest.mark.parametrize(
    ("called", "hours"),
    [
        pytest.param("seeds", {52, 70}, marks=pytest.mark.slow),
        ("slack-x0.5", {50, 59}),
        pytest.param("slack-x2", {56, 92}, marks=pytest.mark.slow),
    ],
)


@HOURS
def test_the_deadline_leaves_so_much_slack(called: str, hours: set[int], variant: Variants) -> None:
    jobs = {i.data.job for i in variant("spot", called)}
    assert {job.deadline_s // 3600 for job in jobs} == hours
    assert {(job.task_s // 3600, job.restart_overhead_s) for job in jobs} == {(48, 72), (48, 180), (48, 360)}


@pytest.mark.slow
def test_restarts_take_twice_as_long_but_end_within_a_tick(variant: Variants) -> None:
    jobs = {i.data.job for i in variant("spot", "overhead-x2")}
    assert {(job.deadline_s // 3600, job.restart_overhead_s) for job in jobs} == {
        (hours, overhead_s) for hours in (52, 70) for overhead_s in (144, 360, 576)
    }


@pytest.mark.slow
@pytest.mark.parametrize("law", ["renewal", "markov"])
def test_a_law_is_left_alone_over_its_whole_range(law: str, variant: Variants) -> None:
    found = variant("spot", f"{law}-only")
    assert {i.block for i in found} == {f"{law}-{block:02}" for block in range(16)}
    shares = [sum(i.data.available) / len(i.data.available) for i in found]
    assert min(shares) < 0.25
    assert max(shares) > 0.8
