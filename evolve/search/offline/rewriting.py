"""Drafts until one is a new program of bearable size, and the mix of operators that a run uses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evolve.search.candidate import Candidate
from evolve.search.draws import weighted
from evolve.search.offline.constants import nudge
from evolve.search.offline.crossover import cross
from evolve.search.offline.edits import edit
from evolve.search.offline.specimen import Specimen, specimen
from evolve.search.operators import Context, Plan, Proposal, Rejection
from evolve.search.syntax import Replacement, compiles

ATTEMPTS = 40
"""Drafts before a step is given up; most succeed with the first or second."""
LARGEST = 64_000
"""Characters of the longest source that is made."""

Draft = tuple[str, tuple[str, ...]]
"""A new source, and the ids of the candidates it was made from."""
Rewrite = Callable[[Context, np.random.Generator], Draft | None]
"""Makes a draft of the parents; None if what it drew found no place. A pure function of its arguments."""
InPlace = Callable[[Specimen, np.random.Generator], tuple[Replacement, ...] | None]


@dataclass(slots=True)
class Rewriter:
    """An operator made of a rewrite: it draws drafts until one is a new program of bearable size."""

    name: str
    rewrite: Rewrite

    def plan(self, context: Context, rng: np.random.Generator, /) -> Plan:
        """Plans to propose from the whole context."""
        return offline_plan(self.name, context, lambda: self.propose(context, rng))

    def propose(self, context: Context, rng: np.random.Generator, /) -> Proposal:
        """Makes a candidate; rejects with `duplicate` if it found but known ones, else with `no_edit`."""
        reason = "no_edit"
        parent = context.parents[0].candidate.source
        for _ in range(ATTEMPTS):
            draft = self.rewrite(context, rng)
            if draft is None or not _bearable(draft[0], parent) or not compiles(draft[0]):
                continue
            if context.is_new(draft[0]):
                return Candidate(draft[0], draft[1], self.name)
            reason = "duplicate"
        return Rejection(reason, self.name)

    def tell(self, proposal: Proposal, score: float | None, accepted: bool, /) -> None:
        """Learns nothing."""


def offline_plan(name: str, context: Context, propose: Callable[[], Proposal]) -> Plan:
    """Plans a step that asks no model; the work is done when the step's turn comes, not when it is asked."""
    return Plan(name, tuple(e.candidate.id for e in context.parents), lambda _: propose())


def _bearable(source: str, parent: str) -> bool:
    """Whether a source differs from its parent and is not too much longer; that one may be long already."""
    return source != parent and len(source) <= max(len(parent), min(2 * len(parent) + 2_000, LARGEST))


def in_place(change: InPlace, steps: Sequence[float] = (1.0,)) -> Rewrite:
    """Turns a change of one program into a rewrite of the first parent.

    Args:
        change: Finds replacements in a program.
        steps: Relative frequency of one change, of two at once, and so on.
    """

    def rewrite(context: Context, rng: np.random.Generator) -> Draft | None:
        parent = context.parents[0].candidate
        subject = specimen(parent.source, context.interface)
        if subject is None:
            return None
        chosen: tuple[Replacement, ...] = ()
        for _ in range(weighted(rng, steps) + 1):
            more = change(subject, rng) or ()
            if not any(a.overlaps(b) for a in chosen for b in more):
                chosen += more
        return (subject.program.replaced(chosen), (parent.id,)) if chosen else None

    return rewrite


@dataclass(slots=True)
class Offline:
    """Draws one of several operators for each step, in fixed shares.

    Its proposals carry the name of the operator that made them. Where the one drawn finds no place at all,
    such as a crossover with a single parent, the others are asked in turn.
    """

    operators: tuple[Rewriter, ...]
    shares: tuple[float, ...]
    name: str = "offline"

    def __post_init__(self) -> None:
        if len(self.operators) != len(self.shares) or not self.operators:
            raise ValueError(
                f"expected one share for each operator, but got {len(self.operators)} operators "
                f"and {len(self.shares)} shares"
            )

    def plan(self, context: Context, rng: np.random.Generator, /) -> Plan:
        """Plans to propose from the whole context."""
        return offline_plan(self.name, context, lambda: self.propose(context, rng))

    def propose(self, context: Context, rng: np.random.Generator, /) -> Proposal:
        """Asks the drawn operator, and others only if it has nothing to work on."""
        left = list(zip(self.operators, self.shares, strict=True))
        while True:
            operator, _ = left.pop(weighted(rng, [share for _, share in left]))
            proposal = operator.propose(context, rng)
            if not left or not isinstance(proposal, Rejection) or proposal.reason != "no_edit":
                return proposal

    def tell(self, proposal: Proposal, score: float | None, accepted: bool, /) -> None:
        """Learns nothing: its shares are fixed."""


def portfolio() -> Offline:
    """The operators that need no model, in the shares that `adrs run` uses."""
    return Offline(
        (
            Rewriter("edit", in_place(edit, steps=(0.7, 0.2, 0.1))),
            Rewriter("constants", in_place(nudge)),
            Rewriter("crossover", cross),
        ),
        (0.55, 0.3, 0.15),
    )
