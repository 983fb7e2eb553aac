"""Expert placement: replicas of a mixture-of-experts model's experts on GPUs, for the load to come.

After `DeepSeek-AI 2024 <https://arxiv.org/abs/2412.19437>`_, section 3.4.
"""

from collections.abc import Sequence
from pathlib import Path

from problems.base import Axis, Baseline, Instance, Limits, Problem, PublishedForm, Split
from problems.datasets import DataFolder
from problems.eplb import interface, published
from problems.eplb.file_form import FORM
from problems.eplb.instances import generated
from problems.eplb.origin import DATA
from problems.eplb.perturbations import PERTURBATIONS, perturbed
from problems.eplb.simulator import Simulator
from problems.eplb.timeline import timeline
from problems.variants import Variant

__all__ = ["PROBLEM"]

_HERE = Path(__file__).parent
_DEEPSEEK = "DeepSeek-AI 2024, https://arxiv.org/abs/2412.19437"
_WORKLOADS = {
    "generated": (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT),
    "real": (Split.SMOKE, Split.SEARCH, Split.VALIDATION),
}


def _load(workload: str, split: Split, folder: DataFolder) -> Sequence[Instance]:
    """Makes or reads the instances of a split, with their references."""
    variant = Variant.of(workload, PERTURBATIONS)
    if variant is not None and split is Split.VALIDATION:
        return perturbed(variant)
    if split not in _WORKLOADS.get(workload, ()):
        raise ValueError(
            f"eplb has the workloads and splits {_WORKLOADS}, but not {workload!r}, {split.value!r}"
        )
    return published.measured(split, folder) if workload == "real" else generated(split)


PROBLEM = Problem(
    name="eplb",
    version=1,
    title="copy and place a model's experts so that GPUs are evenly busy next",
    interface=interface,
    evaluator=Simulator(),
    brief=(_HERE / "brief.md").read_text(encoding="utf-8"),
    baselines=(
        Baseline.beside(__file__, "round_robin", paper=f"{_DEEPSEEK} (no balancing)", score=0.3874),
        Baseline.beside(__file__, "deepseek", paper=f"{_DEEPSEEK} (EPLB, section 3.4)", score=0.7824),
        Baseline.beside(
            __file__,
            "vllm",
            paper="Kwon 2023, https://arxiv.org/abs/2309.06180 (its expert balancer, after DeepSeek's)",
            score=0.7768,
        ),
        Baseline.beside(
            __file__, "largest_first", paper="Graham 1969, https://doi.org/10.1137/0117039", score=0.8077
        ),
        Baseline.beside(
            __file__,
            "window_mean",
            paper="Graham 1969, https://doi.org/10.1137/0117039 (on a moving average)",
            score=0.8237,
        ),
    ),
    seeds=("round_robin", "deepseek", "largest_first"),
    axes=(
        Axis("moved", (0.1, 0.3, 0.5, 0.7, 0.8, 0.87, 0.925)),
        Axis("group_nodes", (1.05, 1.5, 2.0, 2.5, 2.9)),
    ),
    limits=dict.fromkeys(Split, Limits(step_mean_cpu_s=0.2, step_cpu_s=1.0)),
    workloads=_WORKLOADS,
    load=_load,
    perturbations=PERTURBATIONS,
    noise_floor=0.0012,
    data=(DATA,),
    file_form=FORM,
    published_form=PublishedForm(published.adapt, modules=("torch",)),
    timeline=timeline,
    bound=(
        "The mean load of a GPU over the largest, which no placement can make less than the mean; 1 is "
        "perfect balance in every window, and would need knowledge of the next one."
    ),
)
