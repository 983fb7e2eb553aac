"""What a run came to tick by tick, for people: what really ran and where, and what it had cost by then."""

from collections.abc import Sequence

from problems.base import Instance
from problems.spot.simulator import HOUR_S
from problems.spot_multi.interface import Decision, Machine, Observation, running
from problems.spot_multi.simulator import ON_DEMAND_PRICE, PRICE_UNIT_USD_H, Dynamics, Run, bill_usd


def timeline(
    instance: Instance, observations: Sequence[Observation], decisions: Sequence[Decision]
) -> list[dict[str, float | str]]:
    """Tells each tick; the sums include the tick itself.

    `slack_h` is what may still be lost before the run is late, `ran` and `ran_region` what the tick was
    billed for, which differs from the decision where spot was not there or the guarantee bound.
    """
    run: Run = instance.data
    free_moves, restarts, units = run.dynamics is Dynamics.LB, 0, 0
    rows: list[dict[str, float | str]] = []
    for tick, (seen, decision) in enumerate(zip(observations, decisions, strict=True)):
        forced = seen.elapsed_s + seen.work_left_s > _forced_above(run)
        ran, region = _ran(seen, decision, forced=forced, free_moves=free_moves)
        same = ran == running(seen)
        restarts += ran != Machine.NONE and not (same and (free_moves or region == seen.region))
        price = _price(run, tick, ran, region)
        units += price
        rows.append(
            {
                "time_h": seen.elapsed_s / HOUR_S,
                "ran": ran.name.lower(),
                "ran_region": run.regions[region],
                "forced": forced,
                "slack_h": (run.job.ticks * run.job.gap_s - seen.elapsed_s - seen.work_left_s) / HOUR_S,
                "restarts": restarts,
                "price_usd_h": price * PRICE_UNIT_USD_H,
                "cost_usd": bill_usd(run.job, units),
            }
        )
    return rows


def _forced_above(run: Run) -> int:
    return (run.job.ticks - 1) * run.job.gap_s - run.job.restart_overhead_s


def _ran(seen: Observation, decision: Decision, *, forced: bool, free_moves: bool) -> tuple[Machine, int]:
    """What the simulator makes of a decision."""
    machine, region = decision
    if forced:
        rides = seen.last == Machine.SPOT and not seen.overhead_left_s
        machine = Machine.SPOT if rides else Machine.ON_DEMAND
        region = region if free_moves else seen.region
    if machine == Machine.SPOT and not seen.available[region]:
        machine = Machine.NONE
    return machine, region


def _price(run: Run, tick: int, machine: Machine, region: int) -> int:
    if machine == Machine.SPOT:
        return int(run.prices[tick, region])
    return ON_DEMAND_PRICE if machine == Machine.ON_DEMAND else 0
