"""Broadcast over clouds: a source, destinations, relays between them, and the cheapest way to reach all."""

from collections.abc import Sequence
from pathlib import Path

from problems.base import Axis, Baseline, Instance, Limits, Problem, PublishedForm, Split
from problems.cloudcast import interface, published
from problems.cloudcast.file_form import FORM
from problems.cloudcast.instances import generate
from problems.cloudcast.origin import DATA
from problems.cloudcast.perturbations import PERTURBATIONS, perturbed
from problems.cloudcast.scoring import Broadcast
from problems.cloudcast.timeline import timeline
from problems.datasets import DataFolder
from problems.variants import Variant

__all__ = ["PROBLEM"]

_HERE = Path(__file__).parent


def load(workload: str, split: Split, folder: DataFolder) -> Sequence[Instance]:
    """Makes the generated splits, and reads the measured ones; PUBLISHED is the same in both workloads."""
    if split is Split.PUBLISHED:
        return published.load(folder)
    variant = Variant.of(workload, PERTURBATIONS)
    if variant is not None and split is Split.VALIDATION:
        return perturbed(variant)
    if workload not in {"generated", "real"}:
        raise ValueError(f"cloudcast has no workload {workload!r} with the split {split.value!r}")
    return generate(split) if workload == "generated" else published.real(split, folder)


PROBLEM = Problem(
    name="cloudcast",
    version=1,
    title="broadcast data over clouds so that egress and machines cost least",
    interface=interface,
    evaluator=Broadcast(),
    brief=(_HERE / "brief.md").read_text(encoding="utf-8"),
    baselines=(
        Baseline.beside(
            __file__,
            "direct",
            paper="One copy to every destination, what a plain copy between regions does.",
            score=0.6568,
        ),
        Baseline.beside(
            __file__,
            "dijkstra",
            paper="Dijkstra 1959, A note on two problems in connexion with graphs, Numerische Mathematik 1, "
            "once for each destination: the published seed of this problem.",
            score=0.6568,
        ),
        Baseline.beside(
            __file__,
            "arborescence",
            paper="Edmonds 1967, Optimum branchings, J. Research of the NBS 71B, on distances between source "
            "and destinations.",
            score=0.8696,
        ),
        Baseline.beside(
            __file__,
            "steiner",
            paper="Dreyfus & Wagner 1971, The Steiner problem in graphs, Networks 1, and local search on the "
            "whole cost; after Wooders 2024, Cloudcast, NSDI, which solves an integer program.",
            score=0.9880,
        ),
    ),
    seeds=("direct", "dijkstra", "arborescence"),
    axes=(
        Axis("walk_edges", (1.05, 1.25, 1.5, 1.75, 2.0, 2.25, 2.6, 3.0)),
        Axis("relays", (0.1, 0.3, 0.6, 1.0, 1.6, 2.5)),
    ),
    limits={split: Limits(solve_cpu_s=60.0 if split is Split.PUBLISHED else 1.0) for split in Split},
    workloads={"generated": tuple(Split), "real": tuple(Split)},
    load=load,
    timeline=timeline,
    data=(DATA,),
    perturbations=PERTURBATIONS,
    noise_floor=0.0002,
    file_form=FORM,
    counts=("cost_usd", "sd_cost_usd"),
    dialects=published.dialects,
    published_form=PublishedForm(published.adapt, modules=("networkx", "pandas")),
    bound="The egress of the cheapest directed tree from the source to all destinations (Dreyfus and Wagner "
    "1971, exact), divided by the whole cost; every partition pays at least that tree.",
)
