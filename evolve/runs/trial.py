"""How a step ends."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from evaluators.intervals import Interval
from evaluators.values import Evaluation, Usage
from evolve.runs.reply import Reply
from evolve.search.candidate import Candidate
from evolve.search.operators import ModelFailure, Proposal, Rejection
from problems.base import Split


class OutcomeKind(enum.StrEnum):
    """The four ways in which a step ends; every step ends in exactly one."""

    EVALUATED = "evaluated"
    REJECTED = "rejected"
    MODEL_FAILED = "model_failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Trial:
    """A step as it came back, before it is committed.

    Attributes:
        reason: Why it ended so: `measured`, `faulty`, `incomplete`, `no_challenge`, or why it was rejected.
        candidate: None if there is none, as when a model failed.
        novelty: Near-duplicate hash of the candidate's source.
        evaluations: By stage, as far as the cascade went.
        parents: Ids of what the step worked on, the one to edit first.
        detail: What a rejection has to say beyond its reason.
        reply: What came of asking a model; None if none was asked.
    """

    step: int
    kind: OutcomeKind
    reason: str
    operator: str
    candidate: Candidate | None = None
    novelty: str | None = None
    evaluations: Mapping[Split, Evaluation] = field(default_factory=dict)
    usage: Mapping[Split, Usage] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    detail: str = ""
    reply: Reply | None = None

    @property
    def proposal(self) -> Proposal:
        """What its operator proposed."""
        if self.kind is OutcomeKind.MODEL_FAILED:
            return ModelFailure(self.reason, self.operator)
        return self.candidate or Rejection(self.reason, self.operator, self.detail)

    @property
    def search_score(self) -> float | None:
        """Its SEARCH score; None if it has none."""
        search = self.evaluations.get(Split.SEARCH)
        return None if search is None else search.score

    @property
    def beyond_bound(self) -> bool:
        """Whether a score passes its bound, so that the candidate is put in quarantine."""
        return any(evaluation.beyond_bound for evaluation in self.evaluations.values())


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge to the champion, decided at commit.

    Attributes:
        number: Counts the run's challenges from 1; None for a seed, which claims nothing.
        interval: Paired VALIDATION difference, challenger minus champion.
    """

    number: int | None
    promoted: bool
    interval: Interval | None
