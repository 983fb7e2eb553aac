"""Transaction ordering: known transactions, conflicts on keys, and the order that is done soonest."""

from collections.abc import Sequence
from pathlib import Path

from problems.base import Axis, Baseline, Instance, Limits, Problem, PublishedForm, Split
from problems.datasets import DataFolder
from problems.txn import interface, published
from problems.txn.file_form import FORM
from problems.txn.instances import generate
from problems.txn.origin import DATA
from problems.txn.perturbations import PERTURBATIONS, perturbed
from problems.txn.scoring import Ordering
from problems.txn.timeline import timeline
from problems.variants import Variant

__all__ = ["PROBLEM"]

_HERE = Path(__file__).parent


def load(workload: str, split: Split, folder: DataFolder) -> Sequence[Instance]:
    """Makes the generated splits, and reads the published one, which both workloads have."""
    if split is Split.PUBLISHED:
        return published.load(folder)
    variant = Variant.of(workload, PERTURBATIONS)
    if variant is not None and split is Split.VALIDATION:
        return perturbed(variant)
    if workload != "generated":
        raise ValueError(
            f"workload {workload!r} of txn has only the split published, but got {split.value!r}"
        )
    return generate(split)


PROBLEM = Problem(
    name="txn",
    version=1,
    title="order transactions so that conflicts delay them least",
    interface=interface,
    evaluator=Ordering(),
    brief=(_HERE / "brief.md").read_text(encoding="utf-8"),
    baselines=(
        Baseline.beside(
            __file__,
            "identity",
            paper="Order of arrival, what a database without a scheduler does.",
            licence="Apache-2.0",
            score=0.3203,
        ),
        Baseline.beside(
            __file__,
            "shortest_first",
            paper="Smith 1956, Various optimizers for single-stage production, Naval Research Logistics 3.",
            licence="Apache-2.0; the rule is in the public domain",
            score=0.3173,
        ),
        Baseline.beside(
            __file__,
            "conflict_greedy",
            paper="Graham 1969, Bounds on multiprocessing timing anomalies, SIAM J. Appl. Math. 17 "
            "(list scheduling); its priorities, of weight 1 or 0, are this project's own.",
            licence="Apache-2.0; the rule is in the public domain",
            score=0.5209,
        ),
        Baseline.beside(
            __file__,
            "sampled_greedy",
            paper="Cheng 2024, Towards Optimal Transaction Scheduling, PVLDB 17(11), "
            "https://doi.org/10.14778/3681954.3681956.",
            licence="Apache-2.0; written anew from the paper",
            score=0.4664,
        ),
    ),
    seeds=("identity", "shortest_first", "conflict_greedy"),
    axes=(
        Axis("length_order", (0.2, 0.35, 0.45, 0.55, 0.65, 0.75, 0.83)),
        Axis("adjacency", (0.38, 0.42, 0.46, 0.5, 0.56, 0.64, 0.75)),
    ),
    limits={split: Limits(solve_cpu_s=100.0 if split is Split.PUBLISHED else 1.0) for split in Split},
    workloads={
        "generated": (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT, Split.PUBLISHED),
        "real": (Split.PUBLISHED,),
    },
    load=load,
    data=(DATA,),
    perturbations=PERTURBATIONS,
    noise_floor=0.0042,
    file_form=FORM,
    dialects=published.dialects,
    published_form=PublishedForm(published.adapt),
    timeline=timeline,
    bound="The makespan that a set of pairwise conflicting transactions needs in any order (an assignment "
    "relaxation of their shortest path), divided by the makespan reached; no order ends before it.",
)
