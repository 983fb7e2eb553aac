"""Model placement: language models that share GPUs, and the placement that leaves enough cache to all.

After `Yu 2025 <https://arxiv.org/abs/2505.04021>`_ (Prism).
"""

from collections.abc import Sequence
from pathlib import Path

from problems.base import Axis, Baseline, Instance, Limits, Problem, PublishedForm, Split
from problems.datasets import DataFolder
from problems.prism import interface, published
from problems.prism.file_form import FORM
from problems.prism.instances import generate
from problems.prism.perturbations import PERTURBATIONS, perturbed
from problems.prism.scoring import Placement
from problems.prism.timeline import timeline
from problems.variants import Variant

__all__ = ["PROBLEM"]

_HERE = Path(__file__).parent


def load(workload: str, split: Split, folder: DataFolder) -> Sequence[Instance]:
    """Makes the instances of a split; none needs data, so the folder is not looked at."""
    variant = Variant.of(workload, PERTURBATIONS)
    if variant is not None and split is Split.VALIDATION:
        return perturbed(variant)
    if workload != "generated":
        raise ValueError(f"prism has only the workload generated, but got {workload!r}")
    return published.load() if split is Split.PUBLISHED else generate(split)


PROBLEM = Problem(
    name="prism",
    version=1,
    title="place models on GPUs so that none runs short of cache",
    interface=interface,
    evaluator=Placement(),
    brief=(_HERE / "brief.md").read_text(encoding="utf-8"),
    baselines=(
        Baseline.beside(__file__, "round_robin", paper="Order of arrival, taking turns.", score=0.4722),
        Baseline.beside(
            __file__,
            "ratio_greedy",
            paper="Yu 2025, https://arxiv.org/abs/2505.04021 (Algorithm 1, without migration)",
            score=0.5959,
        ),
        Baseline.beside(
            __file__,
            "best_fit",
            paper="Coffman 1978, An Application of Bin-Packing to Multiprocessor Scheduling, "
            "https://doi.org/10.1137/0207001",
            score=0.9030,
        ),
        Baseline.beside(
            __file__,
            "local_search",
            paper="Lourenco 2003, Iterated Local Search, Handbook of Metaheuristics (from best_fit's)",
            score=0.9780,
        ),
    ),
    seeds=("round_robin", "ratio_greedy", "best_fit"),
    axes=(
        Axis("memory_spread", (0.25, 0.35, 0.4, 0.45, 0.5, 0.55, 0.65)),
        Axis("demand_spread", (0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 1.1)),
    ),
    limits=dict.fromkeys(Split, Limits(solve_cpu_s=0.2, answer_bytes=1 << 16)),
    workloads={"generated": tuple(Split)},
    load=load,
    timeline=timeline,
    perturbations=PERTURBATIONS,
    noise_floor=0.0007,
    file_form=FORM,
    dialects=published.dialects,
    published_form=PublishedForm(published.adapt),
    bound="The least value of any placement over the value reached; bin completion, in integers, finds it "
    "and proves that no placement is below it.",
)
