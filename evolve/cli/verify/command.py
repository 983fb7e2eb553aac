"""`adrs verify`: everything that a reviewer would ask of one policy, and a verdict in words."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaluators.calibration import cpu_scale
from evaluators.decision_time import decision_time
from evaluators.decisions import opened
from evaluators.gap import Gap
from evolve.cli.constants import FEWEST, Sampling
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.holdout import looking
from evolve.cli.measuring import Bench, Means
from evolve.cli.names import choose, cores, mode_named
from evolve.cli.report import Report, fault_table
from evolve.cli.subjects import CHAMPION, Policy, Subject, policy_named, subject_named
from evolve.cli.terminal import console, whole
from evolve.cli.verify.plan import Plan, forecast, planned
from evolve.cli.verify.verifier import Beside, Entry, Measured, Verifier
from evolve.cli.workload import introduce
from evolve.runs.device_checks import NO_DEVICE, device_checks, is_for_devices
from evolve.runs.history import outline
from evolve.runs.store import Store
from evolve.runs.texts import digest
from evolve.runs.verifications import Decisions, Place, PublishedGap, Verification, verification_draft
from problems.base import Baseline, Problem, Split
from sandbox.faults import Fault

BEST, ALL = "best", "all"
EVALS = 100
"""What each rival is tuned with where no run says what the policy itself has cost."""


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """The verb's options, as they came.

    Attributes:
        evals: None for as many as the run has spent, or `EVALS` where there is no run; 0 for no tuning.
    """

    subject: str
    policy: str | None
    against: str
    evals: int | None
    seed: int
    workers: int | None
    sandbox: str
    as_json: bool
    db: Path


def verify(request: VerifyRequest) -> Exit:
    """Measures, judges, prints, and writes the verdict into the run's log, if there is a run."""
    from evolve.cli.verify.told import print_verification

    began = time.monotonic()
    subject = subject_named(request.db, request.subject)
    policy, evals = _policy(request, subject), _evals(request, subject)
    sampling = Sampling(evals, seed=request.seed) if evals else None
    means = Means(request.workers, mode_named(request.sandbox))
    rivals = _rivals(request.against, subject.problem)
    if sampling is not None:
        sampling.refuse_unready()
    if isinstance(policy.source, Fault):
        console().print(fault_table([(None, policy.source)]))
        return Exit.POLICY
    entry = Entry(policy.name, policy.source)
    if subject.run is not None:
        with Store.open(request.db, create=False) as store:  # before minutes are spent
            store.refuse_written(subject.run, at=time.time())
    introduce(subject.problem, subject.workload)
    plan = planned(subject.problem, subject.workload, rivals, evals)
    decisions = _rehearsed(plan, entry, means)
    with looking(request.db, Split.HOLDOUT) as look:
        key = digest(entry.source)
        found = asyncio.run(_measured(plan, entry, sampling, means, lambda report: look(report, key)))
    verification = _verification(request, policy, plan, found, decisions)
    if subject.run is not None:
        with Store.open(request.db, create=False) as store:
            store.append(subject.run, [verification_draft(verification)], at=time.time())
    gpu = _on_devices(request.db, subject, policy.step)
    print_verification(verification, gpu=gpu, wall_s=time.monotonic() - began, as_json=request.as_json)
    return Exit.POLICY if any(p.faults or p.score is None for p in verification.places) else Exit.DONE


def _on_devices(db: Path, subject: Subject, step: int | None) -> str | None:
    """What GPUs said of the policy; None where nothing that it decides is a kernel."""
    if not is_for_devices(subject.problem.name):
        return None
    if subject.run is None:
        return NO_DEVICE
    with Store.open(db, create=False) as store:
        return device_checks(store, subject.run).told(step)


def _policy(request: VerifyRequest, subject: Subject) -> Policy:
    """Finds the policy: of a run its champion, unless a candidate is named."""
    if request.policy is not None:
        return policy_named(request.db, subject, request.policy)
    if subject.run is None:
        raise Misuse(f"expected a policy to verify, such as: adrs verify {subject.problem.name} mine.py")
    return policy_named(request.db, subject, f"{subject.run}:{CHAMPION}")


def _evals(request: VerifyRequest, subject: Subject) -> int:
    """What a rival may spend on its constants: as much as the policy has cost."""
    if request.evals is not None:
        return request.evals
    if subject.run is None:
        return EVALS
    with Store.open(request.db, create=False) as store:
        return max(outline(store, subject.run, now=time.time()).evaluated, FEWEST)


def _rivals(against: str, problem: Problem) -> tuple[Baseline, ...]:
    choose(against, [BEST, ALL], "value of --against")
    return problem.baselines if against == ALL else (problem.best_baseline,)


def _rehearsed(plan: Plan, policy: Entry, means: Means) -> Decisions | None:
    """Says what is to come and how long it will take, and times decisions, on a single core."""
    problem, workers = plan.validation.setting.problem, means.workers or cores()
    texts = {f"{policy.name} ": policy.source, **{rival.name: rival.source for rival in plan.rivals}}
    scale, began = cpu_scale(), time.perf_counter()
    with opened(problem, Split.VALIDATION, mode=means.mode, cpu_scale=scale) as bench:
        start_s = time.perf_counter() - began
        expected = forecast(plan, bench, texts, start_s=start_s, workers=workers)
        tuning = f", of which {whole(expected.tuning_s)} to tune with {plan.evals} evaluations each"
        rivals = ", ".join(baseline.name for baseline in plan.rivals)
        say(
            f"verifying {policy.name} against {rivals} on {len(plan.parts)} sets takes about "
            f"{whole(expected.total_s)} on {workers} cores{tuning if plan.evals else ''}"
        )
        found = decision_time(bench, problem, policy.source, plan.timed, Split.VALIDATION)
    if found is None:
        return None
    return Decisions(p50_s=found.p50_s, p99_s=found.p99_s, calls=found.calls, instances=found.instances)


async def _measured(
    plan: Plan, policy: Entry, sampling: Sampling | None, means: Means, look: Callable[[Report], int]
) -> Measured:
    async with Bench.started(plan.validation.setting, means) as bench:
        return await Verifier(plan, policy, bench, look).measure(sampling, means)


def _verification(
    request: VerifyRequest, policy: Policy, plan: Plan, found: Measured, decisions: Decisions | None
) -> Verification:
    assert isinstance(policy.source, str), "a refused policy is not measured"
    validation = found.parts[0].own
    worst = min(validation.measurements, key=lambda m: m.score, default=None)
    problem = plan.validation.setting.problem
    return Verification(
        policy=policy.name,
        source=digest(policy.source),
        step=policy.step,
        problem=problem.name,
        version=problem.version,
        workload=plan.validation.setting.workload,
        evals=plan.evals,
        places=[_place(beside, request.seed, number) for number, beside in enumerate(found.parts)],
        differing=found.differing,
        optimality_gap=None if validation.score is None else 1.0 - validation.score,
        worst=None if worst is None else (worst.instance, worst.score),
        decisions=decisions,
        gap=_gap(found.gap),
        looks=found.looks,
        noise_floor=problem.noise_floor,
        notes=[*plan.notes, *found.notes],
    )


def _place(beside: Beside, seed: int, number: int) -> Place:
    own, part = beside.own, beside.part
    fault = own.faults[0] if own.faults else None
    return Place(
        title=part.title,
        workload=part.setting.workload,
        split=str(part.split),
        decides=part.decides,
        score=own.score,
        instances=len(part.instances),
        faults=len(own.faults),
        fault=None if fault is None else f"{fault[1].rule} on {fault[0]}",
        leads=beside.leads(seed, number),
        dialects=dict(own.dialects),
    )


def _gap(found: Gap | None) -> PublishedGap | None:
    if found is None:
        return None
    return PublishedGap(
        lead=found.lead,
        validation=found.validation,
        low=found.low,
        high=found.high,
        suspicious=found.suspicious,
    )
