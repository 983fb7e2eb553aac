"""Column orders for prefix caching: rows become prompts, and equal beginnings are paid for once."""

from collections.abc import Sequence
from pathlib import Path

from problems.base import Axis, Baseline, Instance, Limits, Problem, PublishedForm, Split
from problems.datasets import DataFolder
from problems.llm_sql import interface, published
from problems.llm_sql.bound import bounded
from problems.llm_sql.file_form import FORM
from problems.llm_sql.instances import generate
from problems.llm_sql.origin import DATA
from problems.llm_sql.perturbations import PERTURBATIONS, perturbed
from problems.llm_sql.scoring import Reordering
from problems.llm_sql.timeline import timeline
from problems.variants import Variant

__all__ = ["PROBLEM"]

_HERE = Path(__file__).parent

_LIU = "Liu 2024, Optimizing LLM Queries in Relational Data Analytics Workloads, https://arxiv.org/abs/2403.05821"


def load(workload: str, split: Split, folder: DataFolder) -> Sequence[Instance]:
    """Makes the generated splits, and reads the published one, which both workloads have."""
    if split is Split.PUBLISHED:
        return bounded(published.load(folder))
    variant = Variant.of(workload, PERTURBATIONS)
    if variant is not None and split is Split.VALIDATION:
        return bounded(perturbed(variant))
    if workload != "generated":
        raise ValueError(
            f"workload {workload!r} of llm_sql has only the split published, but got {split.value!r}"
        )
    return bounded(generate(split))


PROBLEM = Problem(
    name="llm_sql",
    version=1,
    title="order each row's cells so that prompts begin alike",
    interface=interface,
    evaluator=Reordering(),
    brief=(_HERE / "brief.md").read_text(encoding="utf-8"),
    baselines=(
        Baseline.beside(
            __file__,
            "original",
            paper="Columns as the table has them, what a system does that does not look at its data.",
            score=0.0783,
        ),
        Baseline.beside(
            __file__,
            "fixed_columns",
            paper=f"{_LIU} (the fall-back by statistics of the whole table).",
            licence="Apache-2.0; written anew from the paper",
            score=0.6547,
        ),
        Baseline.beside(
            __file__,
            "ggr",
            paper=f"{_LIU} (algorithm 1, greedy group recursion, without its early stops).",
            licence="Apache-2.0; written anew from the paper",
            score=0.7092,
        ),
        Baseline.beside(
            __file__,
            "column_greedy",
            paper=f"{_LIU}; that its recursion goes by whole columns, and tries a few to the end, is this "
            "project's own.",
            licence="Apache-2.0; written anew from the paper",
            score=0.7186,
        ),
    ),
    seeds=("original", "fixed_columns", "ggr"),
    axes=(
        Axis("lateness", (0.2, 0.24, 0.28, 0.31, 0.35, 0.45, 0.6)),
        Axis("common_opening", (0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.98)),
    ),
    limits={
        split: Limits(solve_cpu_s=12.0 if split is Split.PUBLISHED else 3.0, answer_bytes=1 << 22)
        for split in Split
    },
    workloads={
        "generated": (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT, Split.PUBLISHED),
        "real": (Split.PUBLISHED,),
    },
    load=load,
    timeline=timeline,
    perturbations=PERTURBATIONS,
    noise_floor=0.0011,
    data=(DATA,),
    file_form=FORM,
    dialects=published.dialects,
    published_form=PublishedForm(published.adapt, modules=("pandas", "networkx")),
    bound="1, every character served from the cache, which no table allows: the metric upper_bound is what "
    "each row can share with the one other row that suits it best, in all, and no hit rate passes that.",
)
