"""A run's steps, a line each: what lists and tables are made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from evolve.runs.header import Header
from evolve.runs.history import trials
from evolve.runs.rescoring import latest_scores, rescorings
from evolve.runs.store import Store
from evolve.runs.trial import Challenge, Trial
from problems.base import Split


@dataclass(frozen=True, slots=True)
class Line:
    """A candidate, or a step that came to none, in a line.

    Attributes:
        search: Score on SEARCH; None if it has none.
        validation: Likewise.
        faults: Rules that it broke, each once.
        usd: What its model cost; 0.0 if none was asked.
        tags: What people put on it; filled in by those who show it.
        rescored: Its scores by split, where it was measured anew by a later evaluator.
    """

    step: int
    id: str | None
    outcome: str
    reason: str
    operator: str
    model: str | None
    search: float | None
    validation: float | None
    faults: tuple[str, ...]
    promoted: bool
    parents: tuple[int, ...]
    usd: float
    tags: tuple[str, ...] = ()
    rescored: Mapping[str, float | None] = field(default_factory=dict)


def lines(store: Store, run: str, header: Header) -> Iterator[Line]:
    """Yields a run's steps in order, each in a line."""
    steps: dict[str, int] = {}
    anew = latest_scores(rescorings(store, run))
    for trial, challenge in trials(store, run, header):
        if trial.candidate is not None:
            steps.setdefault(trial.candidate.id, trial.step)
        yield replace(line_of(trial, challenge, steps), rescored=anew.get(trial.step, {}))


def line_of(trial: Trial, challenge: Challenge | None, steps: Mapping[str, int]) -> Line:
    """Puts a trial into a line.

    Args:
        steps: Step by id, of every candidate that it may have been made of.
    """
    candidate, validation = trial.candidate, trial.evaluations.get(Split.VALIDATION)
    faults = (fault.rule for found in trial.evaluations.values() for _, fault in found.faults)
    return Line(
        step=trial.step,
        id=None if candidate is None else candidate.id,
        outcome=str(trial.kind),
        reason=trial.reason,
        operator=trial.operator,
        model=trial.reply.model if trial.reply is not None else None,
        search=trial.search_score,
        validation=None if validation is None else validation.score,
        faults=tuple(dict.fromkeys(faults)),
        promoted=challenge is not None and challenge.promoted,
        parents=tuple(steps[parent] for parent in (candidate.parents if candidate else ())),
        usd=0.0 if trial.reply is None else trial.reply.cost.usd,
    )
