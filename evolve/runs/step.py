"""One step: a proposal is made and measured. Nothing here knows of other steps."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

from evaluators.cascade import Continue, cascade
from evaluators.job import Job, Measured
from evaluators.values import Evaluation, Usage, with_one_output
from evolve.runs.caller import Answerer
from evolve.runs.ledger import Cost
from evolve.runs.reply import Reply
from evolve.runs.spec import RunSpec
from evolve.runs.trial import OutcomeKind, Trial
from evolve.search.candidate import SEED, Candidate
from evolve.search.novelty import fingerprint
from evolve.search.operators import ModelFailure, Plan, Rejection
from problems.base import Split


class Measurer(Protocol):
    """Whatever measures jobs, such as a `Pool`."""

    async def measure(self, job: Job, /) -> Measured:
        """Measures a job; raises only what is ours."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A step as it was asked: all that it may know of the commits before it.

    Attributes:
        seed: The candidate itself, where the step measures a seed.
        plan: What the proposer decided to do, where it does not.
        is_new: Whether a source is no near-duplicate of what was committed when the step was asked.
        challenges: Whether a SEARCH evaluation earns a VALIDATION.
        reserve: What the plan's request may cost at most.
    """

    step: int
    seed: Candidate | None
    plan: Plan | None
    is_new: Callable[[str], bool]
    challenges: Callable[[Evaluation], bool]
    reserve: Cost = field(default_factory=Cost)

    @property
    def operator(self) -> str:
        """Name of the operator at work; `SEED` for a seed."""
        return SEED if self.plan is None else self.plan.operator

    @property
    def parents(self) -> tuple[str, ...]:
        """Ids of what the step works on."""
        return () if self.plan is None else self.plan.parents


class Stepper:
    """Takes steps: proposes, measures stage by stage, and gives every step an end within its deadlines.

    Attributes:
        spec: The run's.
        groups: Number of instance groups by stage.

    Args:
        answerer: Asks models; None where no step requests anything of one.
        fixed: Trials that a recording fixes, by step, since how they ended depended on time.
    """

    def __init__(
        self,
        spec: RunSpec,
        measurer: Measurer,
        *,
        groups: Mapping[Split, int],
        answerer: Answerer | None = None,
        fixed: Mapping[int, Trial] = MappingProxyType({}),
    ) -> None:
        self.spec = spec
        self.groups = groups
        self._measurer = measurer
        self._answerer = answerer
        self._fixed = fixed

    async def take(self, ask: Ask) -> Trial:
        """Ends in exactly one outcome; raises only what is ours, and `EndpointUnusable`."""
        if ask.step in self._fixed:
            return self._fixed[ask.step]
        reply = await self._reply(ask)
        try:
            async with asyncio.timeout(self.spec.step_deadline_s):
                trial = await self._take(ask, reply)
        except TimeoutError:
            trial = Trial(ask.step, OutcomeKind.CANCELLED, "deadline", ask.operator)
        return replace(trial, parents=ask.parents, reply=reply)

    async def leave(self) -> None:
        """Ends what models are being asked, for a run that stops."""
        if self._answerer is not None:
            await self._answerer.leave()

    async def _reply(self, ask: Ask) -> Reply | None:
        if ask.plan is None or ask.plan.request is None:
            return None
        if self._answerer is None:
            raise ValueError(f"step {ask.step} requests a model, and the run has none: a defect of ours")
        return await self._answerer.ask(ask.step, ask.plan.request, ask.reserve)

    async def _take(self, ask: Ask, reply: Reply | None) -> Trial:
        if ask.plan is None:
            assert ask.seed is not None, "a step has a seed or a plan"
            return await self._measure(ask, ask.seed)
        if reply is not None and reply.failure is not None:
            kind = OutcomeKind.MODEL_FAILED
            return Trial(ask.step, kind, reply.failure, ask.operator, detail=reply.message)
        proposal = ask.plan.propose(None if reply is None else reply.completion)
        match proposal:
            case Rejection(reason, operator, detail):
                return Trial(ask.step, OutcomeKind.REJECTED, reason, operator, detail=detail)
            case ModelFailure(reason, operator):
                return Trial(ask.step, OutcomeKind.MODEL_FAILED, reason, operator)
        if not ask.is_new(proposal.source):
            return Trial(ask.step, OutcomeKind.REJECTED, "duplicate", proposal.operator, proposal)
        return await self._measure(ask, proposal)

    async def _measure(self, ask: Ask, candidate: Candidate) -> Trial:
        decide = cascade(challenges=ask.challenges)
        found, usage = dict[Split, Evaluation](), dict[Split, Usage]()
        while isinstance(decision := decide(found), Continue):
            stage, indices = decision.stage, tuple(range(self.groups[decision.stage]))
            job = Job(candidate.source, self.spec.problem, self.spec.workload, stage, indices, patience=1)
            measured = await self._measurer.measure(job)
            found[stage] = _evaluation(stage, measured, complete=len(measured.groups) == len(indices))
            usage[stage] = measured.usage
        mark = fingerprint(candidate.source)
        name, operator = OutcomeKind.EVALUATED, candidate.operator
        return Trial(ask.step, name, decision.reason, operator, candidate, mark, found, usage)


def _evaluation(stage: Split, measured: Measured, *, complete: bool) -> Evaluation:
    found = with_one_output([m for group in measured.groups for m in group])
    return Evaluation.of(stage, found, complete=complete)
