"""Runs a job on a window of spot availability: the policy decides, time, work and money are counted here."""

from collections.abc import Generator
from dataclasses import dataclass

from problems.base import Instance, Limits, Outcome
from problems.spot.interface import Decision, Observation, Setup

SPOT_USD_H = 0.9731
ON_DEMAND_USD_H = 3.06
"""Prices of the published set: a p3.2xlarge."""

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done, by when. All times are whole seconds.

    Attributes:
        task_s: Work.
        deadline_s: By when, from the start.
        restart_overhead_s: Lost at each start of a machine.
        gap_s: Length of a tick.
    """

    task_s: int
    deadline_s: int
    restart_overhead_s: int
    gap_s: int = 600

    def __post_init__(self) -> None:
        if self.gap_s <= 0 or self.task_s <= 0 or self.restart_overhead_s < 0:
            raise ValueError(f"a job needs a tick, work, and an overhead of at least 0, but got {self}")
        if self.ticks * self.gap_s < self.task_s + self.gap_s + self.restart_overhead_s:
            raise ValueError(f"the deadline must leave a tick and an overhead of slack, but got {self}")

    @property
    def ticks(self) -> int:
        """Whole ticks before the deadline."""
        return self.deadline_s // self.gap_s


@dataclass(frozen=True, slots=True)
class Run:
    """The data of an instance: a job, the window it runs in, and the least it could have cost.

    Attributes:
        available: Whether spot is there, one entry a tick; at least two more than the job has ticks.
        optimum_usd: Cost of the clairvoyant optimum.
    """

    job: Job
    available: tuple[bool, ...]
    optimum_usd: float

    def __post_init__(self) -> None:
        # The guarantee may end a run one tick late, and the end is seen at the start of the tick after.
        if len(self.available) < self.job.ticks + 2:
            raise ValueError(
                f"a window needs {self.job.ticks + 2} ticks for this deadline, but has {len(self.available)}"
            )


class Simulator:
    """The trusted side. Scores are the clairvoyant optimum divided by the run's cost, 0 for a late run."""

    def setup(self, instance: Instance, limits: Limits, /) -> Setup:
        """Builds what `Policy.__init__` receives."""
        job: Job = instance.data.job
        return Setup(
            gap_s=job.gap_s,
            task_s=job.task_s,
            deadline_s=job.deadline_s,
            restart_overhead_s=job.restart_overhead_s,
            spot_usd_h=SPOT_USD_H,
            on_demand_usd_h=ON_DEMAND_USD_H,
            step_cpu_s=limits.step_mean_cpu_s,
        )

    def simulate(self, instance: Instance, /) -> Generator[Observation, Decision, Outcome]:
        """Yields an observation at the start of each tick, and is sent the decision for it."""
        run: Run = instance.data
        return _simulate(run.job, run.available, run.optimum_usd)


def _simulate(
    job: Job, available: tuple[bool, ...], optimum_usd: float
) -> Generator[Observation, Decision, Outcome]:
    """The published rules in whole seconds; local names only, since this loop is most of the trusted time."""
    none, spot, on_demand = Decision
    gap, overhead = job.gap_s, job.restart_overhead_s
    # The guarantee compares whole ticks: ceil((left + overhead) / gap) >= ticks - elapsed / gap.
    forced_above = (job.ticks - 1) * gap - overhead
    elapsed, left, pending, restarts = 0, job.task_s, 0, 0
    ticks, last = [0, 0, 0], none
    for has_spot in available:
        if last:
            served = min(gap, pending)
            pending -= served
            left -= gap - served
        if left <= 0:
            break
        choice = yield Observation(elapsed, has_spot, last, left, pending)
        if elapsed + left > forced_above:
            choice = spot if last == spot and not pending else on_demand
        if choice == spot and not has_spot:
            choice = none
        if choice not in (none, last):
            pending = overhead
            restarts += 1
        ticks[choice] += 1
        last = choice
        elapsed += gap
    return _outcome(job, ticks, restarts, optimum_usd=optimum_usd)


def _outcome(job: Job, ticks: list[int], restarts: int, *, optimum_usd: float) -> Outcome:
    idle, spot, on_demand = ticks
    cost_usd = bill_usd(job, spot, on_demand)
    late = sum(ticks) * job.gap_s > job.deadline_s
    metrics = {
        "cost_usd": cost_usd,
        "late": float(late),
        "spot_share": spot / (spot + on_demand),
        "idle_share": idle / sum(ticks),
        "restarts": float(restarts),
    }
    return Outcome(0.0 if late else optimum_usd / cost_usd, metrics)


def bill_usd(job: Job, spot_ticks: int, on_demand_ticks: int) -> float:
    """What so many ticks cost, in dollars."""
    return (spot_ticks * SPOT_USD_H + on_demand_ticks * ON_DEMAND_USD_H) * job.gap_s / HOUR_S
