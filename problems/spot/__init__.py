"""Can't be late: one job with a deadline, on spot and on-demand machines.

After `Wu 2024 <https://www.usenix.org/conference/nsdi24/presentation/wu-zhanghao>`_.
"""

from collections.abc import Sequence
from pathlib import Path

from problems.base import Axis, Baseline, Instance, Limits, Problem, PublishedForm, Split
from problems.datasets import DataFolder
from problems.spot import interface, published
from problems.spot.file_form import FORM
from problems.spot.instances import JOBS, SMOKE_JOB, generated, instances
from problems.spot.origin import DATA
from problems.spot.perturbations import PERTURBATIONS, perturbed
from problems.spot.simulator import Simulator
from problems.spot.timeline import timeline
from problems.variants import Variant

__all__ = ["PROBLEM"]

_HERE = Path(__file__).parent
_WU = "Wu 2024, https://www.usenix.org/conference/nsdi24/presentation/wu-zhanghao"
_WORKLOADS = {
    "generated": tuple(Split),
    "real": (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.PUBLISHED),
}


def _load(workload: str, split: Split, folder: DataFolder) -> Sequence[Instance]:
    """Makes or reads the instances of a split, with their optima."""
    variant = Variant.of(workload, PERTURBATIONS)
    if variant is not None and split is Split.VALIDATION:
        return perturbed(variant)
    if split not in _WORKLOADS.get(workload, ()):
        raise ValueError(
            f"spot has the workloads and splits {_WORKLOADS}, but not {workload!r}, {split.value!r}"
        )
    needs_data = workload == "real" or split is Split.PUBLISHED
    windows = published.measured(split, folder) if needs_data else generated(split)
    return instances(windows, (SMOKE_JOB,) if split is Split.SMOKE else JOBS)


PROBLEM = Problem(
    name="spot",
    version=1,
    title="finish a job by its deadline, on spot where possible, on demand where needed",
    interface=interface,
    evaluator=Simulator(),
    brief=(_HERE / "brief.md").read_text(encoding="utf-8"),
    baselines=(
        Baseline.beside(__file__, "on_demand", paper=f"{_WU} (on-demand only)", score=0.5894),
        Baseline.beside(__file__, "public_seed", paper=f"{_WU} (greedy)", score=0.8149),
        Baseline.beside(__file__, "uniform_progress", paper=f"{_WU} (Uniform Progress)", score=0.9407),
        Baseline.beside(__file__, "time_sliced", paper=f"{_WU} (time sliced)", score=0.9341),
    ),
    seeds=("on_demand", "public_seed", "uniform_progress"),
    axes=(
        Axis("spot_share", (0.1, 0.2, 0.3, 0.4, 0.48, 0.52, 0.56)),
        Axis("restarts", (5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0)),
    ),
    limits=dict.fromkeys(Split, Limits()),
    workloads=_WORKLOADS,
    load=_load,
    data=(DATA,),
    file_form=FORM,
    perturbations=PERTURBATIONS,
    noise_floor=0.0022,
    counts=("late",),
    dialects=published.dialects,
    published_form=PublishedForm(published.adapt),
    timeline=timeline,
    bound=(
        "The cost of the best run in hindsight over the run's cost; no run is cheaper, since dynamic "
        "programming finds the least over everything that a run can do in its window."
    ),
)
