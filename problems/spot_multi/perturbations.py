"""What is shifted in VALIDATION to see whether a policy still leads: seeds, slack, overheads, laws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from problems.base import Instance
from problems.spot.instances import LAWS, Law
from problems.spot_multi.instances import JOB, SCENARIOS, instances
from problems.spot_multi.worlds import SEED, drawn
from problems.variants import Variant

_BLOCKS = 16

PERTURBATIONS: Mapping[str, str] = {
    "seeds": "Nothing but the seeds: other worlds and windows of the same laws.",
    "overhead-x2": "Restarts take twice as long: 24 minutes.",
    "slack-x0.5": "Half the slack: a deadline of 50 hours for 48 hours of work.",
    "slack-x2": "Twice the slack: a deadline of 56 hours for 48 hours of work.",
    "renewal-only": "Every zone is of the renewal law, whose runs have heavy-tailed lengths.",
    "markov-only": "Every zone is of the Markov law, which changes between calm and contended regimes.",
}


@dataclass(frozen=True, slots=True)
class _Shift:
    """Factors of the published job's overhead and slack, and the laws of capacity."""

    overhead: int = 1
    slack: float = 1.0
    laws: Sequence[Law] = LAWS


_SHIFTS: Mapping[str, _Shift] = {
    "seeds": _Shift(),
    "overhead-x2": _Shift(overhead=2),
    "slack-x0.5": _Shift(slack=0.5),
    "slack-x2": _Shift(slack=2.0),
    "renewal-only": _Shift(laws=LAWS[:1]),
    "markov-only": _Shift(laws=LAWS[1:]),
}


def perturbed(variant: Variant) -> tuple[Instance, ...]:
    """Makes the instances of a variant: as many blocks and windows as VALIDATION has."""
    shift = _SHIFTS[variant.name]
    job = replace(
        JOB,
        restart_overhead_s=shift.overhead * JOB.restart_overhead_s,
        deadline_s=JOB.task_s + int(shift.slack * (JOB.deadline_s - JOB.task_s)),
    )
    rngs = [variant.stream(SEED, block) for block in range(_BLOCKS)]
    windows = drawn(rngs, shift.laws, ticks=job.ticks + 2, choices=tuple(SCENARIOS.values()))
    return instances(windows, job)
