"""Runs a job on windows of several regions: the policy decides, time, work and money are counted here."""

import enum
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from problems.base import Instance, InvalidAnswer, Limits, Outcome
from problems.spot.simulator import HOUR_S, ON_DEMAND_USD_H, Job
from problems.spot_multi.interface import Decision, Machine, Observation, Setup

PRICE_UNIT_USD_H = 1e-4
"""Prices are whole multiples of it, and so are counted exactly."""

ON_DEMAND_PRICE = round(ON_DEMAND_USD_H / PRICE_UNIT_USD_H)

PRICE_UNITS_USD = round(1 / PRICE_UNIT_USD_H)
"""Units to a dollar: a price divided by it is the decimal fraction that was published."""


class Dynamics(enum.StrEnum):
    """What moving a live machine means, and at which price spot is billed."""

    STRICT = "strict"
    """A move is a stop and a start; a tick is billed at its own region's price at that tick."""
    LB = "lb"
    """The public simulator's: live machines move for free, and at the end all spot ticks are billed at the
    price that the last region had in the first tick. Moves are carried out under the guarantee, too."""


@dataclass(frozen=True, eq=False)
class Run:
    """The data of an instance: a job, the window it runs in, and the least it could have cost.

    Attributes:
        regions: Names, one a column of the arrays.
        available: Whether spot is there, shape `(ticks, regions)`; at least two ticks more than the job has.
        prices: Of spot, in `PRICE_UNIT_USD_H`, of the same shape.
        optimum_usd: Cost of the clairvoyant optimum in these dynamics.
    """

    job: Job
    regions: tuple[str, ...]
    available: np.ndarray
    prices: np.ndarray
    dynamics: Dynamics
    optimum_usd: float

    def __post_init__(self) -> None:
        # The guarantee may end a run one tick late, and the end is seen at the start of the tick after.
        shape = (self.job.ticks + 2, len(self.regions))
        if self.available.shape != shape or self.prices.shape != shape:
            raise ValueError(
                f"a window needs shape {shape} for this deadline, but has {self.available.shape} and "
                f"prices of {self.prices.shape}"
            )

    @cached_property
    def ticks(self) -> Sequence[tuple[tuple[bool, ...], tuple[int, ...], tuple[float, ...]]]:
        """By tick: availability, prices in units, prices in dollars an hour."""
        rows = [tuple(row) for row in self.prices.tolist()]
        dollars = {row: tuple(price / PRICE_UNITS_USD for price in row) for row in set(rows)}
        there = map(tuple, self.available.tolist())
        return [(has, row, dollars[row]) for has, row in zip(there, rows, strict=True)]


@dataclass(slots=True)
class _Tally:
    """What a run has come to.

    Attributes:
        ticks: Idle, on spot, on demand.
        spot_units: Sum of the prices of spot ticks.
        moves: Wishes that the two dynamics treat differently.
    """

    ticks: list[int]
    spot_units: int = 0
    restarts: int = 0
    moves: int = 0
    region: int = 0


class Simulator:
    """The trusted side. Scores are the clairvoyant optimum divided by the run's cost, 0 for a late run."""

    def setup(self, instance: Instance, limits: Limits, /) -> Setup:
        """Builds what `Policy.__init__` receives."""
        run: Run = instance.data
        return Setup(
            gap_s=run.job.gap_s,
            task_s=run.job.task_s,
            deadline_s=run.job.deadline_s,
            restart_overhead_s=run.job.restart_overhead_s,
            on_demand_usd_h=ON_DEMAND_USD_H,
            regions=run.regions,
            step_cpu_s=limits.step_mean_cpu_s,
        )

    def simulate(self, instance: Instance, /) -> Generator[Observation, Decision, Outcome]:
        """Yields an observation at the start of each tick, and is sent the decision for it.

        Raises:
            InvalidAnswer: `region_out_of_range`.
        """
        run: Run = instance.data
        tally = yield from _simulate(run)
        return _outcome(run, tally)


def _simulate(run: Run) -> Generator[Observation, Decision, _Tally]:
    """The rules in whole seconds; local names only, since this loop is most of the trusted time."""
    none, spot, on_demand = Machine
    gap, overhead, regions = run.job.gap_s, run.job.restart_overhead_s, len(run.regions)
    free_moves, tally = run.dynamics is Dynamics.LB, _Tally([0, 0, 0])
    forced_above = (run.job.ticks - 1) * gap - overhead
    elapsed, left, pending, last, region = 0, run.job.task_s, 0, none, 0
    for available, prices, dollars in run.ticks:
        if last:
            served = min(gap, pending)
            pending -= served
            left -= gap - served
        if left <= 0:
            break
        machine, wish = yield Observation(elapsed, region, last, left, pending, available, dollars)
        if not 0 <= wish < regions:
            raise _out_of_range(wish, regions)
        alive = none if last == spot and not available[region] else last
        forced = elapsed + left > forced_above
        if forced:
            machine = spot if last == spot and not pending else on_demand
            tally.moves += wish != region
            wish = wish if free_moves else region
        if machine == spot and not available[wish]:
            machine = none
        if machine != none and (machine != alive or wish != region):
            moved = machine == alive
            tally.moves += moved and not forced
            if not (moved and free_moves):
                pending = overhead
                tally.restarts += 1
        tally.ticks[machine] += 1
        if machine == spot:
            tally.spot_units += prices[wish]
        last, region = machine, wish
        elapsed += gap
    tally.region = region
    return tally


def _out_of_range(region: int, regions: int) -> InvalidAnswer:
    message = f"the region must be an index from 0 to {regions - 1}, but is {region!r:.40}"
    return InvalidAnswer("region_out_of_range", message, "[1]")


def _outcome(run: Run, tally: _Tally) -> Outcome:
    idle, spot, on_demand = tally.ticks
    paid_on_demand = on_demand * ON_DEMAND_PRICE
    paid_spot = tally.spot_units
    if run.dynamics is Dynamics.LB:
        paid_spot = spot * int(run.prices[0, tally.region])
    cost_usd = bill_usd(run.job, paid_spot + paid_on_demand)
    late = sum(tally.ticks) * run.job.gap_s > run.job.deadline_s
    metrics = {
        "cost_usd": cost_usd,
        "late": float(late),
        "spot_share": spot / (spot + on_demand),
        "idle_share": idle / sum(tally.ticks),
        "restarts": float(tally.restarts),
        "moves": float(tally.moves),
    }
    return Outcome(0.0 if late else run.optimum_usd / cost_usd, metrics)


def bill_usd(job: Job, units: int) -> float:
    """What ticks cost in dollars, given the sum of their prices in units."""
    return units * PRICE_UNIT_USD_H * job.gap_s / HOUR_S
