"""What is shifted in VALIDATION to see whether a policy still leads: seeds, slack, overheads, laws."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from problems.base import Instance
from problems.spot.instances import JOBS, LAWS, SEED, Law, drawn, instances
from problems.spot.simulator import Job
from problems.variants import Variant

_BLOCKS = 16

PERTURBATIONS: Mapping[str, str] = {
    "seeds": "Nothing but the seeds: other zones and windows of the same laws.",
    "overhead-x2": "Restarts take twice as long: 144 and 360 s, and 576 s since they must end within a tick.",
    "slack-x0.5": "Half the slack: deadlines of 50 and 59 hours for 48 hours of work.",
    "slack-x2": "Twice the slack: deadlines of 56 and 92 hours for 48 hours of work.",
    "renewal-only": "Every zone is of the renewal law, whose runs have heavy-tailed lengths.",
    "markov-only": "Every zone is of the Markov law, which changes between calm and contended regimes.",
}


def perturbed(variant: Variant) -> tuple[Instance, ...]:
    """Makes the instances of a variant: as many blocks and windows as VALIDATION has."""
    shift = _SHIFTS[variant.name]
    jobs = tuple(map(shift.job, JOBS))
    rngs = [variant.stream(SEED, block) for block in range(_BLOCKS)]
    return instances(drawn(rngs, shift.laws, ticks=max(job.ticks for job in jobs) + 2), jobs)


@dataclass(frozen=True, slots=True)
class _Shift:
    """What a perturbation makes of a job, and the laws it draws from."""

    job: Callable[[Job], Job] = lambda job: job
    laws: Sequence[Law] = LAWS


def _slower(job: Job) -> Job:
    longest_s = job.gap_s * 24 // 25  # of a restart, by the proof of the optimum; a divisor keeps it fast
    return replace(job, restart_overhead_s=min(2 * job.restart_overhead_s, longest_s))


def _slack(factor: float) -> Callable[[Job], Job]:
    def changed(job: Job) -> Job:
        return replace(job, deadline_s=job.task_s + int(factor * (job.deadline_s - job.task_s)))

    return changed


_SHIFTS: Mapping[str, _Shift] = {
    "seeds": _Shift(),
    "overhead-x2": _Shift(_slower),
    "slack-x0.5": _Shift(_slack(0.5)),
    "slack-x2": _Shift(_slack(2.0)),
    "renewal-only": _Shift(laws=LAWS[:1]),
    "markov-only": _Shift(laws=LAWS[1:]),
}
