"""Kernel choice: a configuration of a tiled matrix product for each shape that a language model asks for.

Times come from a sweep that was recorded on a real GPU, so that a search needs neither a device nor a clock.
"""

from collections.abc import Sequence
from pathlib import Path

from problems.base import Axis, Baseline, Instance, Limits, Problem, Split
from problems.datasets import DataFolder
from problems.kernel_choice import interface
from problems.kernel_choice.instances import generated, table_path
from problems.kernel_choice.perturbations import PERTURBATIONS, perturbed
from problems.kernel_choice.scoring import Lookup
from problems.kernel_choice.timeline import timeline
from problems.variants import Variant

__all__ = ["PROBLEM"]

_HERE = Path(__file__).parent
_TILLET = "Tillet 2019, Triton, https://doi.org/10.1145/3315508.3329973"
_TABLE = table_path()
_GPU = "no table" if _TABLE is None else _TABLE.stem
_SPLITS = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)


def load(workload: str, split: Split, folder: DataFolder) -> Sequence[Instance]:
    """Makes the instances of a split from the recorded sweep; the data folder is not looked at."""
    variant = Variant.of(workload, PERTURBATIONS)
    if variant is not None and split is Split.VALIDATION:
        return perturbed(variant)
    if workload != "generated" or split not in _SPLITS:
        raise ValueError(
            f"kernel_choice has only the generated splits, but got {workload!r}, {split.value!r}"
        )
    return generated(split)


PROBLEM = Problem(
    name="kernel_choice",
    version=1,
    title=f"choose tiles, stages and splits of matrix products ({_GPU})",
    interface=interface,
    evaluator=Lookup(),
    brief=(_HERE / "brief.md").read_text(encoding="utf-8"),
    baselines=(
        Baseline.beside(__file__, "fixed", paper="One default for every shape.", score=0.7664),
        Baseline.beside(
            __file__, "tutorial", paper=f"{_TILLET} (the tutorial's configurations, by rows)", score=0.8526
        ),
        Baseline.beside(
            __file__,
            "wave_model",
            paper="Williams 2009, Roofline, https://doi.org/10.1145/1498765.1498785 (in waves of tiles)",
            score=0.8066,
        ),
        Baseline.beside(
            __file__,
            "nearest_shape",
            paper="Cover 1967, https://doi.org/10.1109/TIT.1967.1053964 (on the fastest of SEARCH's shapes)",
            score=0.9329,
        ),
    ),
    seeds=("fixed", "tutorial", "wave_model"),
    axes=(
        Axis("waves", (0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)),
        Axis("split_share", (0.05, 0.15, 0.25, 0.35, 0.5, 0.7)),
    ),
    limits=dict.fromkeys(Split, Limits(solve_cpu_s=0.2, answer_bytes=1 << 16)),
    workloads={"generated": _SPLITS},
    load=load,
    timeline=timeline,
    perturbations=PERTURBATIONS,
    noise_floor=0.0142,
    bound="The fastest configuration of the recorded sweep, which timed every one that can be chosen.",
)
