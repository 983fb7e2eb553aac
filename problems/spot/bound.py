"""The least a run could have cost: the clairvoyant optimum, by dynamic programming over lost time.

As long as a restart overhead is shorter than a tick, all that matters of the past is what ran last and how
much time was lost, to idle ticks and to restarts: work done is elapsed time minus lost time. A run is on time
exactly if it loses no more than its slack, and the guarantee binds exactly if less than a tick and a restart
of slack is left. So a state is (last decision, lost time), its value the least cost so far, and one pass over
the ticks finds the optimum among all decisions, the guarantee's included. Every step is exact: costs are
whole multiples of 0.0001 dollars an hour, times those of the largest unit dividing both tick and overhead.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from problems.base import Instance
from problems.bounds import Bounds
from problems.spot.interface import Decision
from problems.spot.simulator import HOUR_S, ON_DEMAND_USD_H, SPOT_USD_H, Job, bill_usd

Wanted = tuple[Job, tuple[bool, ...]]
"""A job, and availability by tick."""

_PRICE_UNIT = 1e-4
_SPOT_PRICE = round(SPOT_USD_H / _PRICE_UNIT)
_ON_DEMAND_PRICE = round(ON_DEMAND_USD_H / _PRICE_UNIT)
_NEVER = np.int32(1 << 29)
"""Cost of a state that cannot be reached: above any cost, and no sum of two overflows."""


@dataclass(frozen=True, slots=True)
class _Steps:
    """A job in units of lost time.

    Attributes:
        unit_s: Seconds of a unit.
        idle: Units lost by an idle tick.
        restart: Units lost by a restart.
        slack: Units that may be lost.
        forced: The guarantee binds from this loss on.
    """

    unit_s: int
    idle: int
    restart: int
    slack: int
    forced: int

    @staticmethod
    def of(job: Job) -> "_Steps":
        if job.restart_overhead_s >= job.gap_s:
            raise ValueError(f"the overhead must be shorter than a tick for the optimum, but got {job}")
        unit = math.gcd(job.gap_s, job.restart_overhead_s)
        slack_s = job.ticks * job.gap_s - job.task_s
        forced = (slack_s - job.gap_s - job.restart_overhead_s) // unit + 1
        return _Steps(unit, job.gap_s // unit, job.restart_overhead_s // unit, slack_s // unit, forced)


def optima(wanted: Mapping[str, Wanted], bounds: Bounds | None = None) -> dict[str, float]:
    """Finds the least cost of each wanted run in dollars, by digest; `bounds` is ours unless one is given."""
    found = bounds or Bounds.beside(__file__)
    return found.find(wanted, computed, plausible=lambda run, usd: _plausible(run[0], usd))


def prove(instances: Sequence[Instance]) -> dict[str, float]:
    """Computes the optima of instances anew, by digest."""
    return computed({i.digest: (i.data.job, i.data.available) for i in instances})


def computed(wanted: Mapping[str, Wanted]) -> dict[str, float]:
    """Computes optima by digest, all windows of a job at once."""
    by_job: dict[Job, dict[str, tuple[bool, ...]]] = {}
    for digest, (job, available) in wanted.items():
        by_job.setdefault(job, {})[digest] = available
    return {
        digest: usd
        for job, windows in by_job.items()
        for digest, usd in zip(windows, optima_usd(job, list(windows.values())), strict=True)
    }


def _plausible(job: Job, usd: float) -> bool:
    """Whether it could be an optimum: no less than spot without restarts, no more than all on demand."""
    on_demand_ticks = -(-(job.task_s + job.restart_overhead_s) // job.gap_s)
    return bill_usd(job, -(-job.task_s // job.gap_s), 0) <= usd <= bill_usd(job, 0, on_demand_ticks) + 1e-9


def optima_usd(job: Job, windows: Sequence[Sequence[bool]]) -> tuple[float, ...]:
    """Least cost of the job in each window, in dollars; the run is on time and obeys the guarantee.

    Args:
        job: With a restart overhead shorter than a tick.
        windows: Availability by tick, at least as many ticks as the job has.
    """
    available = np.array([window[: job.ticks] for window in windows], dtype=bool).reshape(-1, job.ticks)
    steps = _Steps.of(job)
    costs = np.full((len(available), len(Decision), steps.slack + 1), _NEVER, dtype=np.int32)
    costs[:, Decision.NONE, 0] = 0
    best = np.full(len(available), _NEVER, dtype=np.int32)
    for tick in range(1, job.ticks + 1):
        costs = _advance(costs, available[:, tick - 1], steps)
        done = (tick * job.gap_s - job.task_s) // steps.unit_s + 1  # losses below this leave no work
        if done > 0:
            np.minimum(best, costs[:, :, :done].min(axis=(1, 2)), out=best)
            costs[:, :, :done] = _NEVER
    return tuple((best * _PRICE_UNIT * job.gap_s / HOUR_S).tolist())


def _advance(costs: np.ndarray, has_spot: np.ndarray, steps: _Steps) -> np.ndarray:
    """Costs after one more tick, by window, decision and loss; what loses more than the slack falls away."""
    none, spot, on_demand = (costs[:, decision] for decision in Decision)
    after = np.full_like(costs, _NEVER)
    free, forced = slice(0, steps.forced), slice(steps.forced, None)
    there = np.where(has_spot, np.int32(0), _NEVER)[:, None]  # added to a cost, it forbids what needs spot

    # Under the guarantee only losing spot leads to an idle tick, and the restart after it would be too late.
    idle, ride, pay = (after[:, decision] for decision in Decision)
    _lower(idle, np.minimum(np.minimum(none, spot), on_demand)[:, free], steps.idle)

    _lower(ride, spot + there, 0)
    _lower(ride, np.minimum(none, on_demand)[:, free] + there, steps.restart)
    ride += _SPOT_PRICE

    _lower(pay, on_demand, 0)
    _lower(pay, np.minimum(none, spot)[:, free], steps.restart)
    _lower(pay, none[:, forced], steps.restart + steps.forced)
    pay += _ON_DEMAND_PRICE
    np.minimum(after, _NEVER, out=after)
    return after


def _lower(target: np.ndarray, source: np.ndarray, offset: int) -> None:
    """Takes the minimum of the target, from an offset on, and the source; what does not fit is dropped."""
    part = target[:, offset : offset + source.shape[1]]
    np.minimum(part, source[:, : part.shape[1]], out=part)
