"""The job, the regions, and the instances that runs of the job in windows make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from problems.base import Instance, fingerprint
from problems.spot.simulator import HOUR_S, Job
from problems.spot_multi.bound import Wanted, optima
from problems.spot_multi.simulator import Dynamics, Run

JOB = Job(task_s=48 * HOUR_S, deadline_s=52 * HOUR_S, restart_overhead_s=720, gap_s=195)
"""The published configuration: a deadline of 52 hours, an overhead of 0.2 hours."""

SMOKE_JOB = Job(task_s=12 * HOUR_S, deadline_s=16 * HOUR_S, restart_overhead_s=720, gap_s=195)

WINDOW_TICKS, SMOKE_TICKS = JOB.ticks + 2, SMOKE_JOB.ticks + 2
"""What a run can see of a window at most."""

AREAS = ("east-1", "east-2", "west-2")
REGIONS = (
    *("east-1a", "east-1c", "east-1d", "east-1f"),
    *("east-2a", "east-2b"),
    *("west-2a", "west-2b", "west-2c"),
)
"""The measured zones; those that differ in the last letter only lie in one area."""

SCENARIOS: Mapping[str, tuple[int, ...]] = {
    "1a+1c": (0, 1),
    "2a+w2a": (4, 6),
    "1a+2b+w2c": (0, 5, 8),
    "1a+1c+1d": (0, 1, 2),
    "five": (0, 3, 6, 7, 5),
    "nine": (4, 8, 2, 5, 6, 3, 0, 7, 1),
}
"""The published choices of regions, as indices into `REGIONS`; a run starts in the first."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """What happens in some regions over some time.

    Attributes:
        name: Unique within its split.
        block: Windows of one block are not independent.
        regions: Names.
        available: Whether spot is there, shape `(ticks, regions)`.
        prices: Of spot, shape `(ticks, regions)`, in 0.0001 dollars an hour.
        start: Tick of the measured trace at which the window starts; 0 if it has none.
    """

    name: str
    block: str
    regions: tuple[str, ...]
    available: np.ndarray
    prices: np.ndarray
    start: int = 0


def instances(
    windows: Sequence[Window], job: Job, dynamics: Dynamics = Dynamics.STRICT
) -> tuple[Instance, ...]:
    """The job in every window; each is a group of its own."""
    runs = [Wanted(job, window.available, window.prices, dynamics) for window in windows]
    digests = [digest(run) for run in runs]
    least = optima(dict(zip(digests, runs, strict=True)))
    return tuple(
        Instance(w.name, w.name, w.block, d, Run(job, w.regions, w.available, w.prices, dynamics, least[d]))
        for w, d in zip(windows, digests, strict=True)
    )


def digest(run: Wanted) -> str:
    """Fingerprint of a job in a window."""
    job = run.job
    times = (job.gap_s, job.task_s, job.deadline_s, job.restart_overhead_s)
    marks = np.packbits(run.available, axis=None)
    return fingerprint("spot_multi", str(run.dynamics), times, marks, run.prices.astype(np.int32))
