"""What `adrs ablate` found: how a candidate does with one of its changes undone; an event of a run's log."""

import enum
from collections.abc import Sequence
from typing import Final

import msgspec

from evolve.runs.events import ABLATED, Draft
from evolve.runs.store import Store
from evolve.runs.verifications import Lead


class Result(enum.StrEnum):
    """What came of a candidate without one of its changes."""

    MEASURED = "measured"
    ALIKE = "alike"
    """It is the same program: the change is one of comments, names or form."""
    IDLE = "idle"
    """It is another program, and no score is another."""
    UNPARSABLE = "unparsable"
    FAULT = "fault"
    LATE = "late"
    """Too much ran out of time for a score."""


_PLAIN: Final = {
    Result.ALIKE: "no matter: same program",
    Result.IDLE: "no matter: same scores",
    Result.UNPARSABLE: "no program without it",
}


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate with a change undone.

    Attributes:
        at: Number of the change's first line in the candidate.
        change: Its lines, as in a diff.
        added: Lines that it brought, undone now.
        removed: Lines that it took away, back now.
        score: On VALIDATION; None if it was not measured, or not whole.
        worth: The candidate minus this, above 0 the change is of use; None likewise.
        fault: The first, if there was one.
    """

    at: int
    change: str
    added: int
    removed: int
    result: Result
    score: float | None
    worth: Lead | None
    fault: str | None

    @property
    def headline(self) -> str:
        """The first line that says anything, those that came before those that went."""
        lines = sorted(self.change.splitlines(), key=lambda line: line[:1] != "+")
        line = next((line for line in lines if line[1:].strip()), "")
        return line[:1] + line[1:].strip()

    @property
    def verdict(self) -> str:
        """What follows for the change, in words."""
        if self.result in _PLAIN:
            return _PLAIN[self.result]
        if self.result in {Result.FAULT, Result.LATE}:
            return f"needed, else {self.fault or 'out of time'}"
        if self.worth is not None and self.worth.is_ahead:
            return "of use"
        if self.worth is not None and self.worth.is_behind:
            return "harmful"
        return "unsure"


class Ablation(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate with its changes undone one at a time, all measured anew on VALIDATION.

    Attributes:
        step: The candidate's.
        against: Step since which the changes are; the candidate with all of them undone.
        score: The candidate's.
        whole: All changes undone at once.
        changes: In order of lines.
    """

    step: int
    against: int
    problem: str
    version: int
    workload: str
    score: float
    whole: Undone
    changes: list[Undone]


def ablation_draft(found: Ablation) -> Draft:
    """Writes an ablation as an event."""
    return Draft(ABLATED, found.step, msgspec.to_builtins(found))


def ablations(store: Store, run: str) -> Sequence[Ablation]:
    """Reads the ablations of a run, the latest last."""
    return [msgspec.convert(dict(event.body), Ablation) for event in store.events(run, kinds=(ABLATED,))]
