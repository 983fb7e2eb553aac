"""Everything that is derived from a run's commits; rebuilding it from the log gives the same."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from evaluators.champion import judge
from evaluators.values import Evaluation
from evolve.runs.accounts import Accounts
from evolve.runs.failures import Failures
from evolve.runs.trial import Challenge, OutcomeKind, Trial
from evolve.search.archive import AddStatus, Archive
from evolve.search.candidate import SEED, Candidate
from problems.base import Axis, Split

QUARANTINES = 3
"""So many scores beyond a bound stop a run."""
FRUITLESS = 200
"""So many rejections in a row end a run."""
PLATEAU = 50
"""So many evaluations without a promotion are a plateau, which releases a hint."""


@dataclass(frozen=True, slots=True)
class Champion:
    """The best candidate that could be told apart from those before it."""

    step: int
    candidate: Candidate
    search: Evaluation
    validation: Evaluation


@dataclass(slots=True)
class Tally:
    """What became of one operator's proposals."""

    proposed: int = 0
    evaluated: int = 0
    accepted: int = 0
    promoted: int = 0


@dataclass(slots=True)
class State:
    """A run after some number of commits.

    Attributes:
        commits: Number of committed steps; the next to be committed has this number.
        evaluated: Candidates that reached SMOKE.
        fruitless: Rejections since the last candidate that reached SMOKE.
        level: Evaluations since the last promotion or plateau.
        plateaus: How often there were enough of them; each released a hint.
        challenges: Challenges that met a champion.
        quarantined: Steps whose score passed a bound.
        steps: Step by candidate id, of evaluated candidates.
        seen: Step by near-duplicate hash.
        challenged: Step by hash of the SEARCH scores of those that went to VALIDATION.
        failures: Steps of late that came to nothing.
        accounts: What models were asked, and what that cost.
    """

    archive: Archive
    commits: int = 0
    evaluated: int = 0
    fruitless: int = 0
    level: int = 0
    plateaus: int = 0
    challenges: int = 0
    champion: Champion | None = None
    quarantined: list[int] = field(default_factory=list)
    steps: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    challenged: dict[bytes, int] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    failures: Failures = field(default_factory=Failures)
    accounts: Accounts = field(default_factory=Accounts)

    @staticmethod
    def empty(axes: Sequence[Axis]) -> "State":
        """A run before its first commit."""
        return State(Archive(axes))

    @property
    def is_quarantined(self) -> bool:
        """Whether so many scores passed their bound that no more are to be believed."""
        return len(self.quarantined) >= QUARANTINES

    @property
    def is_worn_out(self) -> bool:
        """Whether there is no point in going on, whatever the budget."""
        return self.is_quarantined or self.fruitless >= FRUITLESS or self.accounts.is_silent

    def challenge(self, trial: Trial, rng: np.random.Generator) -> Challenge | None:
        """Decides a trial's challenge against the champion of this moment; None if it makes none.

        The best seed on VALIDATION is where a run starts from, not a claim: seeds replace each other by their
        score and spend no error. A challenger overtaken on SEARCH since it was asked lapses and spends none.
        """
        validation, search = trial.evaluations.get(Split.VALIDATION), trial.evaluations.get(Split.SEARCH)
        if (
            trial.kind is not OutcomeKind.EVALUATED
            or trial.beyond_bound
            or validation is None
            or search is None
        ):
            return None
        champion = self.champion
        if champion is None or trial.operator == SEED:
            better = champion is None or (validation.score or 0.0) > (champion.validation.score or 0.0)
            return Challenge(None, better and judge(validation, None, rng, challenge=1).promoted, None)
        if (search.score or 0.0) <= (champion.search.score or 0.0):
            return None
        number = self.challenges + 1
        verdict = judge(validation, champion.validation, rng, challenge=number)
        return Challenge(number, verdict.promoted, verdict.interval)

    def apply(self, trial: Trial, challenge: Challenge | None) -> AddStatus:
        """Commits a trial; live and replayed runs both come through here."""
        if trial.step != self.commits:
            raise ValueError(f"step {self.commits} is to be committed next, but got step {trial.step}")
        self.commits += 1
        self.accounts.pay(trial)
        tally = self.tallies.setdefault(trial.operator, Tally())
        tally.proposed += 1
        status = AddStatus.NOT_ADDED
        if trial.kind is OutcomeKind.EVALUATED and trial.candidate is not None:
            status = self._enter(trial, trial.candidate, tally)
            if challenge is not None:
                self._meet(trial, challenge)
            self._notice_plateau()
        else:
            self.fruitless += 1
        self.failures.note(trial)
        return status

    def _enter(self, trial: Trial, candidate: Candidate, tally: Tally) -> AddStatus:
        self.fruitless = 0
        self.evaluated += 1
        self.level += 1
        tally.evaluated += 1
        self._remember(trial, candidate)
        if trial.beyond_bound:
            self.quarantined.append(trial.step)
            return AddStatus.NOT_ADDED
        search = trial.evaluations.get(Split.SEARCH)
        status = self.archive.add(candidate, search) if search is not None else AddStatus.NOT_ADDED
        tally.accepted += bool(status)
        return status

    def _notice_plateau(self) -> None:
        if self.level >= PLATEAU:
            self.level = 0
            self.plateaus += 1

    def tell_apart(self, search: Evaluation) -> bytes:
        """Hashes SEARCH scores: two policies that behave alike on all of SEARCH need one challenge only."""
        return hashlib.sha256(repr([*search.measurements.scores]).encode()).digest()[:16]

    def _remember(self, trial: Trial, candidate: Candidate) -> None:
        self.steps.setdefault(candidate.id, trial.step)
        if trial.novelty is not None:
            self.seen.setdefault(trial.novelty, trial.step)
        if Split.VALIDATION in trial.evaluations:
            self.challenged.setdefault(self.tell_apart(trial.evaluations[Split.SEARCH]), trial.step)
        for evaluation in trial.evaluations.values():
            self.faults.update({str(fault.kind) for _, fault in evaluation.faults})

    def _meet(self, trial: Trial, challenge: Challenge) -> None:
        if challenge.number is not None:
            self.challenges = challenge.number
        if challenge.promoted and trial.candidate is not None:
            evaluations = trial.evaluations
            self.champion = Champion(
                trial.step, trial.candidate, evaluations[Split.SEARCH], evaluations[Split.VALIDATION]
            )
            self.tallies[trial.operator].promoted += 1
            self.level = 0
