"""One step: a proposal is made and measured. Nothing here knows of other steps."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evaluators.cascade import Continue, cascade
from evaluators.job import Job, Measured
from evaluators.values import Evaluation, Usage
from evolve.runs.spec import RunSpec
from evolve.runs.trial import OutcomeKind, Trial
from evolve.search.candidate import SEED, Candidate
from evolve.search.novelty import fingerprint
from evolve.search.operators import Context, ModelFailure, Operator, Rejection
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
        context: What the operator gets, where it does not.
        challenges: Whether a SEARCH evaluation earns a VALIDATION.
    """

    step: int
    seed: Candidate | None
    context: Context | None
    challenges: Callable[[Evaluation], bool]


class Stepper:
    """Takes steps: proposes, measures stage by stage, and gives every step an end within its deadline.

    Attributes:
        spec: The run's.
        operator: Makes every proposal.
        groups: Number of instance groups by stage.
    """

    def __init__(
        self, spec: RunSpec, operator: Operator, measurer: Measurer, *, groups: Mapping[Split, int]
    ) -> None:
        self.spec = spec
        self.operator = operator
        self._measurer = measurer
        self.groups = groups

    async def take(self, ask: Ask, rng: np.random.Generator) -> Trial:
        """Ends in exactly one outcome; raises only what is ours."""
        try:
            async with asyncio.timeout(self.spec.step_deadline_s):
                return await self._take(ask, rng)
        except TimeoutError:
            operator = SEED if ask.seed else self.operator.name
            return Trial(ask.step, OutcomeKind.CANCELLED, "deadline", operator)

    async def _take(self, ask: Ask, rng: np.random.Generator) -> Trial:
        if ask.context is None:
            assert ask.seed is not None, "a step has a seed or a context"
            return await self._measure(ask, ask.seed)
        proposal = await self.operator.propose(ask.context, rng)
        match proposal:
            case Rejection(reason, operator):
                return Trial(ask.step, OutcomeKind.REJECTED, reason, operator)
            case ModelFailure(reason, operator):
                return Trial(ask.step, OutcomeKind.MODEL_FAILED, reason, operator)
        if not ask.context.is_new(proposal.source):
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
    return Evaluation(stage, tuple(m for group in measured.groups for m in group), complete=complete)
