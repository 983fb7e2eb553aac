"""What a run came to tick by tick, for people: what really ran, and what it had cost by then."""

from collections.abc import Sequence

from problems.base import Instance
from problems.spot.interface import Decision, Observation
from problems.spot.simulator import HOUR_S, Job, Run, bill_usd


def timeline(
    instance: Instance, observations: Sequence[Observation], decisions: Sequence[Decision]
) -> list[dict[str, float | str]]:
    """Tells each tick; the sums include the tick itself.

    `slack_h` is what may still be lost before the run is late, `ran` what the tick was billed for, which
    differs from the decision where spot was not there or the guarantee bound.
    """
    run: Run = instance.data
    job, ticks, restarts = run.job, [0, 0, 0], 0
    rows: list[dict[str, float | str]] = []
    for seen, decision in zip(observations, decisions, strict=True):
        forced = _is_forced(job, seen)
        ran = _ran(seen, decision, forced=forced)
        restarts += ran not in {Decision.NONE, seen.last}
        ticks[ran] += 1
        rows.append(
            {
                "time_h": seen.elapsed_s / HOUR_S,
                "ran": ran.name.lower(),
                "forced": forced,
                "slack_h": (job.ticks * job.gap_s - seen.elapsed_s - seen.work_left_s) / HOUR_S,
                "restarts": restarts,
                "cost_usd": bill_usd(job, ticks[Decision.SPOT], ticks[Decision.ON_DEMAND]),
            }
        )
    return rows


def _is_forced(job: Job, seen: Observation) -> bool:
    return seen.elapsed_s + seen.work_left_s > (job.ticks - 1) * job.gap_s - job.restart_overhead_s


def _ran(seen: Observation, decision: Decision, *, forced: bool) -> Decision:
    """What the simulator makes of a decision."""
    if forced:
        rides = seen.last == Decision.SPOT and not seen.overhead_left_s
        decision = Decision.SPOT if rides else Decision.ON_DEMAND
    return Decision.NONE if decision == Decision.SPOT and not seen.has_spot else decision
