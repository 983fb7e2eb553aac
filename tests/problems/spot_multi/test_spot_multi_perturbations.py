"""Each perturbation of spot_multi shifts what it says."""

import pytest

from tests.problems.conftest import Variants

SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    ("called", "hours", "overhead_s"),
    [
        pytest.param("seeds", 52, 720, marks=SLOW),
        pytest.param("overhead-x2", 52, 1440, marks=SLOW),
        ("slack-x0.5", 50, 720),
        pytest.param("slack-x2", 56, 720, marks=SLOW),
    ],
)
def test_the_job_is_shifted(called: str, hours: int, overhead_s: int, variant: Variants) -> None:
    (job,) = {i.data.job for i in variant("spot_multi", called)}
    assert (job.task_s, job.deadline_s, job.restart_overhead_s) == (48 * 3600, hours * 3600, overhead_s)


@SLOW
@pytest.mark.parametrize("law", ["renewal", "markov"])
def test_a_law_is_left_alone(law: str, variant: Variants) -> None:
    blocks = {i.block for i in variant("spot_multi", f"{law}-only")}
    assert blocks == {f"{law}-{block:02}" for block in range(16)}
