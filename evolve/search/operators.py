"""What an operator is: it plans a step from a context, makes its proposal, and is told what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from evaluators.values import Evaluation
from evolve.models.language_model import Completion, Request
from evolve.search.candidate import Candidate
from evolve.search.elite import Elite


@dataclass(frozen=True, slots=True)
class Reference:
    """The best baseline, which every parent is held against.

    Attributes:
        search: Its evaluation on SEARCH.
    """

    name: str
    search: Evaluation


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that came to nothing, worth telling to those who edit the same parent.

    Attributes:
        parent: Id of the candidate that was edited.
        reason: Why: `faulty`, or the reason of a rejection such as `edit_not_found`.
        candidate: What failed; None if no candidate came of the step.
        evaluation: Where it failed; None if it was never measured.
        detail: What a rejection has to say beyond its reason, in a sentence.
    """

    step: int
    parent: str
    operator: str
    reason: str
    candidate: Candidate | None = None
    evaluation: Evaluation | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """All that an operator may look at; a snapshot, so that it means the same whenever it is used.

    Attributes:
        entry: What the policy must define: `solve` or `Policy`.
        interface: The problem's interface text, which candidates import as `interface`.
        parents: Sampled elites; the first is the one to edit, the others lend material. At least one.
        is_new: Whether a source is no near-duplicate of any candidate committed before this step.
        brief: The problem's brief, hints included.
        reference: What parents are held against; None where no model is asked.
        failures: Steps of late that came to nothing, newest first, whatever their parent.
        hints: So many of the brief's hints have been released.
        packages: Names that candidates can import beyond the standard library and `interface`.
    """

    entry: str
    interface: str
    parents: tuple[Elite, ...]
    is_new: Callable[[str], bool] = field(compare=False)
    brief: str = ""
    reference: Reference | None = None
    failures: tuple[Failure, ...] = ()
    hints: int = 0
    packages: tuple[str, ...] = ("numpy",)


@dataclass(frozen=True, slots=True)
class Rejection:
    """No candidate came of a step.

    Attributes:
        reason: Stable name in snake_case, such as `duplicate` or `unchanged`.
        detail: What there is to say beyond it, in a sentence for a person and for the next prompt.
    """

    reason: str
    operator: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """The model behind an operator gave no usable reply within the step's deadline.

    Attributes:
        reason: Stable name in snake_case, such as `timed_out` or `garbled`.
    """

    reason: str
    operator: str


Proposal = Candidate | Rejection | ModelFailure


@dataclass(frozen=True, slots=True)
class Plan:
    """What a step will do, decided when it is asked.

    Attributes:
        operator: Name of the operator that was drawn.
        parents: Ids of the candidates it works on, the one to edit first.
        propose: Makes the proposal, of the completion if one was requested; a pure function that may be
            called once, and takes some milliseconds at most.
        request: What a model is to be asked; None if none is.
    """

    operator: str
    parents: tuple[str, ...]
    propose: Callable[[Completion | None], Proposal] = field(compare=False)
    request: Request | None = None


class Operator(Protocol):
    """Proposes candidates, offline or with the help of a model."""

    @property
    def name(self) -> str:
        """Stable name in snake_case."""

    def plan(self, context: Context, rng: np.random.Generator, /) -> Plan:
        """Decides what a step does, from what was told so far; draws from `rng` only, reads no clock."""

    def tell(self, proposal: Proposal, score: float | None, accepted: bool, /) -> None:
        """Hears, in step order, its SEARCH score and whether the archive took it."""
