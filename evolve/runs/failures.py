"""Steps of late that came to nothing: what the next prompts may tell, and what a repair may work on."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from evaluators.values import Evaluation
from evolve.runs.trial import OutcomeKind, Trial
from evolve.search.operators import Failure
from problems.base import Split

REMEMBERED = 32


@dataclass(slots=True)
class Failures:
    """The latest failures that no step has worked on since."""

    _kept: list[Failure] = field(default_factory=list)

    def __iter__(self) -> Iterator[Failure]:
        """Iterates over them, the latest first."""
        return reversed(self._kept)

    def note(self, trial: Trial) -> None:
        """Takes a committed trial: drops what it worked on, and keeps it if it came to nothing."""
        worked_on = set(trial.parents)
        self._kept = [f for f in self._kept if f.candidate is None or f.candidate.id not in worked_on]
        failure = _failure(trial)
        if failure is not None:
            self._kept = [*self._kept, failure][-REMEMBERED:]


def _failure(trial: Trial) -> Failure | None:
    """What there is to tell of a trial that failed; None if it did not, or says nothing of its parent."""
    faulty = _faulty(trial)
    told = faulty is not None or (trial.kind is OutcomeKind.REJECTED and trial.reason != "duplicate")
    if not trial.parents or not told:  # what an endpoint or a deadline did says nothing of the parent
        return None
    reason = "faulty" if faulty is not None else trial.reason
    candidate = None if faulty is None else trial.candidate
    parent, operator = trial.parents[0], trial.operator
    return Failure(trial.step, parent, operator, reason, candidate, faulty, trial.detail)


def _faulty(trial: Trial) -> Evaluation | None:
    """Finds the stage at which a candidate failed.

    Never VALIDATION: what is told to the proposer must not come from where champions are chosen.
    """
    stages = (trial.evaluations.get(stage) for stage in (Split.SMOKE, Split.SEARCH))
    return next((e for e in stages if e is not None and e.faults), None)
