"""The least a run could have cost: the clairvoyant optimum, by dynamic programming over lost time.

All that matters of the past is which machine runs where and how much time was lost, to idle ticks and to
restarts: work done is elapsed time minus lost time. A run is on time exactly if it loses no more than its
slack, and the guarantee binds exactly if less than a tick and a restart of slack is left. A state's value
is the least cost so far; one pass over the ticks finds the optimum among all decisions, the guarantee's
included.

Three observations keep it small. On-demand costs the same everywhere and an idle tick nothing, so only spot
needs its region. A machine that is given up before its overhead is served has lost what idling would have
lost, and cost more: so a start is one step that takes as many ticks as the overhead. And of two runs on the
same machine the one that lost more time is never better, so a machine need not be kept from being started
anew.

Every step is exact: costs are whole multiples of 0.0001 dollars an hour, times of the largest unit that
divides both tick and overhead.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from problems.base import Instance
from problems.bounds import Bounds
from problems.spot.simulator import Job
from problems.spot_multi.simulator import ON_DEMAND_PRICE, Dynamics, bill_usd

_NEVER = np.int32(1 << 29)
"""Cost of a state that cannot be reached: above any cost, and no sum of two and a price overflows."""


class Wanted(NamedTuple):
    """What an optimum depends on; see `Run` for shapes and units."""

    job: Job
    available: np.ndarray
    prices: np.ndarray
    dynamics: Dynamics


def optima(wanted: Mapping[str, Wanted], bounds: Bounds | None = None) -> dict[str, float]:
    """Finds the least cost of each wanted run in dollars, by digest; `bounds` is ours unless one is given."""
    found = bounds or Bounds.beside(__file__)
    return found.find(wanted, computed, plausible=_plausible)


def prove(instances: Sequence[Instance]) -> dict[str, float]:
    """Computes the optima of instances anew, by digest."""
    runs = {i.digest: i.data for i in instances}
    return computed({d: Wanted(r.job, r.available, r.prices, r.dynamics) for d, r in runs.items()})


def computed(wanted: Mapping[str, Wanted]) -> dict[str, float]:
    """Computes optima by digest: some hundredths of a second a run of 960 ticks, in LB for each region."""
    return {digest: optimum_usd(run) for digest, run in wanted.items()}


def _plausible(run: Wanted, usd: float) -> bool:
    """Whether it could be an optimum: no less than the cheapest spot, no more than all on demand."""
    job, cheapest = run.job, min(int(run.prices.min()), ON_DEMAND_PRICE)
    on_demand_ticks = -(-(job.task_s + job.restart_overhead_s) // job.gap_s)
    least, most = -(-job.task_s // job.gap_s) * cheapest, on_demand_ticks * ON_DEMAND_PRICE
    return bill_usd(job, least) - 1e-9 <= usd <= bill_usd(job, most) + 1e-9


def optimum_usd(run: Wanted) -> float:
    """Least cost of a run that is on time and obeys the guarantee, in dollars.

    Raises:
        ValueError: In LB the overhead must be longer than a tick, for else spot that is lost under the
            guarantee could start elsewhere and be on time, which is not looked at.
    """
    if run.dynamics is Dynamics.STRICT:
        return bill_usd(run.job, _Sweep(run).least(run.prices))
    if run.job.restart_overhead_s <= run.job.gap_s:
        raise ValueError(f"the overhead must be longer than a tick in LB, but got {run.job}")
    # All spot ticks are billed at one price, that of the region where the run ends.
    shape = run.prices.shape
    bills = [_Sweep(run).least(np.broadcast_to(p, shape), end) for end, p in enumerate(run.prices[0])]
    return bill_usd(run.job, min(bills))


@dataclass(frozen=True, slots=True)
class _Steps:
    """A job in units of lost time.

    Attributes:
        unit_s: Seconds of a unit.
        idle: Units lost by an idle tick.
        restart: Units lost by a restart.
        ticks: Ticks until a machine that is started has served its overhead.
        slack: Units that may be lost.
        forced: The guarantee binds from this loss on.
    """

    unit_s: int
    idle: int
    restart: int
    ticks: int
    slack: int
    forced: int

    @staticmethod
    def of(job: Job) -> "_Steps":
        gap, overhead = job.gap_s, job.restart_overhead_s
        unit = math.gcd(gap, overhead)
        slack_s = job.ticks * gap - job.task_s
        forced = (slack_s - gap - overhead) // unit + 1
        return _Steps(
            unit, gap // unit, overhead // unit, max(-(-overhead // gap), 1), slack_s // unit, forced
        )

    @property
    def young(self) -> int:
        """From this loss on, spot is not started: the guarantee would bind before its overhead is served."""
        return max(self.forced - self.idle * (self.ticks - 1), 0)


class _Sweep:
    """Least costs of all states by loss, tick after tick; those of spot by region first."""

    def __init__(self, run: Wanted) -> None:
        self._run = run
        self._steps = steps = _Steps.of(run.job)
        self._none = np.full(steps.slack + 1, _NEVER)
        self._on_demand = np.full(steps.slack + 1, _NEVER)
        self._spot = np.full((run.available.shape[1], steps.slack + 1), _NEVER)
        self._none[0] = 0
        # What spot and on-demand may be started from, at each of the ticks that a start takes.
        self._starts: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=steps.ticks)

    def least(self, prices: np.ndarray, end: int | None = None) -> int:
        """Least sum of prices of any run on time; if it ends on spot, in region `end` where one is given."""
        job, steps = self._run.job, self._steps
        ridden, startable = self._ridden(), self._startable()
        paid = np.cumsum(np.concatenate([np.zeros_like(prices[:1]), prices]), axis=0, dtype=np.int32)
        first = np.maximum(np.arange(len(prices)) + 1 - steps.ticks, 0)
        started = paid[1:] - paid[first]
        best, ending = int(_NEVER), slice(None) if end is None else slice(end, end + 1)
        for tick in range(job.ticks):
            self._advance(ridden[tick], prices[tick], startable[tick], started[tick])
            done = ((tick + 1) * job.gap_s - job.task_s) // steps.unit_s + 1  # losses below leave no work
            if done > 0:
                states = (self._none, self._on_demand, self._spot[ending])
                best = min(best, *(int(state[..., :done].min()) for state in states))
                for state in (self._none, self._on_demand, self._spot):
                    state[..., :done] = _NEVER
        return best

    def _ridden(self) -> np.ndarray:
        """By tick and region, what is added to the cost of a machine that goes on, its price apart."""
        return np.where(self._run.available, np.int32(0), _NEVER)

    def _startable(self) -> np.ndarray:
        """By tick and region, what is added to the cost of a machine that has served its overhead by then."""
        there, ticks = self._run.available, self._steps.ticks
        found = there.copy()
        for ago in range(1, ticks):
            if self._run.dynamics is Dynamics.STRICT:
                found[ago:] &= there[:-ago]
            else:
                # It lives on where its region keeps spot, and may then be in any region.
                kept = (there[1:] & there[:-1]).any(axis=1)
                found[ago:] &= kept[: len(there) - ago, None]
        found[: ticks - 1] = False
        return np.where(found, np.int32(0), _NEVER)

    def _advance(
        self, ridden: np.ndarray, prices: np.ndarray, startable: np.ndarray, started: np.ndarray
    ) -> None:
        """Goes on by one tick; what loses more than the slack falls away."""
        steps, none = self._steps, self._none
        anything = np.minimum(np.minimum(none, self._on_demand), self._spot.min(axis=0))
        # Under the guarantee nothing is given up: only what is idle starts, on demand.
        buy = np.concatenate([anything[: steps.forced], none[steps.forced :]])
        self._starts.append((anything[: steps.young], buy))

        self._none = np.full_like(none, _NEVER)
        _lower(self._none, anything[: steps.forced], steps.idle)
        self._on_demand = self._on_demand + np.int32(ON_DEMAND_PRICE)
        spot = self._spot
        if self._run.dynamics is Dynamics.LB:
            spot = np.broadcast_to((spot + ridden[:, None]).min(axis=0), spot.shape)
        self._spot = spot + (ridden + prices)[:, None]
        if len(self._starts) == steps.ticks:
            ride, buy = self._starts[0]
            _lower(self._spot, ride + (startable + started)[:, None], steps.restart)
            _lower(self._on_demand, buy + np.int32(ON_DEMAND_PRICE * steps.ticks), steps.restart)
        np.minimum(self._on_demand, _NEVER, out=self._on_demand)
        np.minimum(self._spot, _NEVER, out=self._spot)


def _lower(target: np.ndarray, source: np.ndarray, offset: int) -> None:
    """Takes the minimum of the target, from an offset on, and the source; what does not fit is dropped."""
    part = target[..., offset : offset + source.shape[-1]]
    np.minimum(part, source[..., : part.shape[-1]], out=part)
