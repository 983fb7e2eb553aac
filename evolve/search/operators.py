"""What an operator is: it turns a context into a proposal, and is told what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from evolve.search.candidate import Candidate
from evolve.search.elite import Elite


@dataclass(frozen=True, slots=True)
class Context:
    """All that an operator may look at; a snapshot, so that it means the same whenever it is used.

    Attributes:
        entry: What the policy must define: `solve` or `Policy`.
        interface: The problem's interface text, which candidates import as `interface`.
        parents: Sampled elites; the first is the one to edit, the others lend material. At least one.
        is_new: Whether a source is no near-duplicate of any candidate committed before this step.
    """

    entry: str
    interface: str
    parents: tuple[Elite, ...]
    is_new: Callable[[str], bool] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Rejection:
    """No candidate came of a step.

    Attributes:
        reason: Stable name in snake_case, such as `duplicate` or `unchanged`.
    """

    reason: str
    operator: str


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """The model behind an operator gave no usable reply within the step's deadline.

    Attributes:
        reason: Stable name in snake_case, such as `unreachable` or `truncated`.
    """

    reason: str
    operator: str


Proposal = Candidate | Rejection | ModelFailure


class Operator(Protocol):
    """Proposes candidates. Offline ones answer at once; those that ask a model take their time."""

    name: str

    async def propose(self, context: Context, rng: np.random.Generator, /) -> Proposal:
        """Makes one candidate or says why not; draws from `rng` only, reads no clock."""

    def tell(self, proposal: Proposal, score: float | None, accepted: bool, /) -> None:
        """Hears, in step order, its SEARCH score and whether the archive took it."""
