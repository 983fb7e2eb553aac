"""What is shifted in VALIDATION to see whether a policy still leads: its mixes alone.

Times are known of the shapes that were swept and of no others. So a variant has VALIDATION's own instances,
a part of them: it tells where a lead comes from, and is no new evidence. There is none with other seeds.
"""

from collections.abc import Mapping

from problems.base import Instance, Split
from problems.datasets import DataMissing
from problems.kernel_choice.instances import generated
from problems.variants import Variant

PERTURBATIONS: Mapping[str, str] = {
    "decode-only": "VALIDATION's decoding alone: 1 to 256 rows, which are a token of each request.",
    "prefill-only": "VALIDATION's prefill alone: 257 to 2,048 rows, which are tokens of a chunk.",
}


def perturbed(variant: Variant) -> tuple[Instance, ...]:
    """Takes the instances of one regime.

    Raises:
        DataMissing: There is no table, or it lacks a shape; or the variant is to be drawn again.
    """
    if variant.draw:
        raise DataMissing(
            f"generated~{variant.name} of kernel_choice cannot be drawn again, since no other shapes were "
            f"swept; leave ~{variant.draw} away"
        )
    regime = variant.name.removesuffix("-only")
    return tuple(i for i in generated(Split.VALIDATION) if i.data.mix.regime == regime)
