"""Each perturbation of kernel_choice leaves one regime of VALIDATION."""

import pytest

from problems.base import Split
from problems.datasets import DataMissing
from problems.kernel_choice.instances import generated
from problems.kernel_choice.perturbations import perturbed
from problems.variants import Variant


@pytest.mark.parametrize(("called", "least", "most"), [("decode-only", 1, 256), ("prefill-only", 257, 2048)])
def test_a_regime_is_left_alone(called: str, least: int, most: int) -> None:
    found = perturbed(Variant(called))
    assert len(found) == 8
    assert {i.digest for i in found} < {i.digest for i in generated(Split.VALIDATION)}
    assert all(least <= shape.m <= most for i in found for shape in i.data.shapes)


def test_nothing_can_be_drawn_again() -> None:
    with pytest.raises(DataMissing, match=r"no other shapes were swept; leave ~2 away"):
        perturbed(Variant("decode-only", 2))
