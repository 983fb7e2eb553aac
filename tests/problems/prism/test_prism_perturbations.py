"""Each perturbation of prism shifts what it says."""

import pytest

from problems.base import Instance, Limits
from problems.prism.bound import GPU_MEMORY_GB
from problems.prism.instances import Case
from problems.prism.interface import Model
from problems.prism.scoring import Placement
from tests.problems.conftest import Variants


def test_tight_fleets_leave_3_to_8_gb_on_each_gpu(variant: Variants) -> None:
    for case in variant("prism", "tight-only"):
        free_gb = case.data.gpu_count * GPU_MEMORY_GB - sum(model.size_gb for model in case.data.models)
        assert 3 <= free_gb / case.data.gpu_count <= 8


@pytest.mark.slow
def test_a_policy_sees_other_rates_than_there_are(variant: Variants) -> None:
    wrong = []
    for case in variant("prism", "noisy-rates"):
        told = Placement().task(case, Limits()).models
        for seen, model in zip(told, case.data.models, strict=True):
            assert (seen.size_gb, seen.slo) == (model.size_gb, model.slo)
            assert abs(seen.req_rate - model.req_rate) <= model.req_rate / 3 + 0.5  # rounded
            wrong.append(seen.req_rate != model.req_rate)
    assert sum(wrong) / len(wrong) > 0.5


def test_placements_are_measured_by_the_rates_that_there_are() -> None:
    models, told = ((10, 4, 5), (10, 2, 5)), ((10, 9, 5), (10, 9, 5))
    data = Case(1, tuple(Model(*m) for m in models), 0.02, tuple(Model(*m) for m in told))
    case = Instance("small", "small", "small", "", data)
    assert Placement().task(case, Limits()).models == told
    found = Placement().measure(case, {0: (0, 1)})
    assert found.metrics["max_kvpr"] == pytest.approx((4 / 5 + 2 / 5) / 60)
    assert found.score == pytest.approx(1.0)
