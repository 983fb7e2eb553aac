"""Can't be late, over regions: one job with a deadline, on spot and on-demand machines of several regions.

After `Wu 2024 <https://www.usenix.org/conference/nsdi24/presentation/wu-zhanghao>`_ and `Li 2026
<https://arxiv.org/abs/2601.06520>`_.
"""

from collections.abc import Sequence
from pathlib import Path

from problems.base import Axis, Baseline, Instance, Limits, Problem, PublishedForm, Split
from problems.datasets import DataFolder
from problems.spot_multi import interface, published
from problems.spot_multi.file_form import FORM
from problems.spot_multi.instances import JOB, SMOKE_JOB, instances
from problems.spot_multi.origin import DATA
from problems.spot_multi.perturbations import PERTURBATIONS, perturbed
from problems.spot_multi.simulator import Dynamics, Simulator
from problems.spot_multi.timeline import timeline
from problems.spot_multi.worlds import generated
from problems.variants import Variant

__all__ = ["PROBLEM"]

_HERE = Path(__file__).parent
_WU = "Wu 2024, https://www.usenix.org/conference/nsdi24/presentation/wu-zhanghao"
_LI = "Li 2026, https://arxiv.org/abs/2601.06520"
_WORKLOADS = {
    "generated": tuple(Split),
    "real": (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.PUBLISHED),
    "lb_dynamics": (Split.PUBLISHED,),
}


def _load(workload: str, split: Split, folder: DataFolder) -> Sequence[Instance]:
    """Makes or reads the instances of a split, with their optima."""
    variant = Variant.of(workload, PERTURBATIONS)
    if variant is not None and split is Split.VALIDATION:
        return perturbed(variant)
    if split not in _WORKLOADS.get(workload, ()):
        raise ValueError(
            f"spot_multi has the workloads and splits {_WORKLOADS}, but not {workload!r}, {split.value!r}"
        )
    needs_data = workload != "generated" or split is Split.PUBLISHED
    windows = published.measured(split, folder) if needs_data else generated(split)
    dynamics = Dynamics.LB if workload == "lb_dynamics" else Dynamics.STRICT
    return instances(windows, SMOKE_JOB if split is Split.SMOKE else JOB, dynamics)


PROBLEM = Problem(
    name="spot_multi",
    version=1,
    title="finish a job by its deadline, in regions where spot is cheap and stays",
    interface=interface,
    evaluator=Simulator(),
    brief=(_HERE / "brief.md").read_text(encoding="utf-8"),
    baselines=(
        Baseline.beside(__file__, "on_demand", paper=f"{_WU} (on-demand only)", score=0.4736),
        Baseline.beside(
            __file__, "public_greedy", paper=f"{_WU} (greedy, one region at a time)", score=0.8014
        ),
        Baseline.beside(__file__, "uniform_progress", paper=f"{_WU} (Uniform Progress)", score=0.8938),
        Baseline.beside(__file__, "cheapest", paper=f"{_WU} (Uniform Progress, by price)", score=0.8800),
        Baseline.beside(__file__, "lifetimes", paper=f"{_LI} (unified cost model)", score=0.9060),
    ),
    seeds=("on_demand", "public_greedy", "uniform_progress"),
    axes=(
        Axis("spot_share", (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)),
        Axis("restarts", (4.0, 7.0, 9.0, 11.0, 13.0, 15.0, 18.0)),
    ),
    limits=dict.fromkeys(Split, Limits()),
    workloads=_WORKLOADS,
    load=_load,
    data=(DATA,),
    perturbations=PERTURBATIONS,
    noise_floor=0.0215,
    file_form=FORM,
    counts=("late",),
    dialects=published.dialects,
    dialect_workload="lb_dynamics",
    published_form=PublishedForm(published.adapt),
    timeline=timeline,
    bound=(
        "The cost of the best run in hindsight over the run's cost; no run is cheaper, since dynamic "
        "programming finds the least over everything that a run can do in its window."
    ),
)
