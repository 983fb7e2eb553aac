"""Candidates of a run measured anew, after a repair of their evaluator; the old scores stay, and are told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Final

import msgspec

from evaluators.values import Evaluation, Measurement, Usage
from evolve.runs.asking import Purpose, generator
from evolve.runs.events import RESCORED, Draft
from evolve.runs.header import Header
from evolve.runs.history import rebuild, trials
from evolve.runs.packing import Layout, pack, unpack
from evolve.runs.recording import depended_on_time
from evolve.runs.state import State
from evolve.runs.store import Store
from evolve.runs.trial import OutcomeKind, Trial
from problems.base import Axis, Split

STAGES: Final = (Split.SEARCH, Split.VALIDATION)
"""What is told: SMOKE ranks nobody."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be measured anew.

    Attributes:
        trials: In step order, as they were measured.
        champion: The champion's step; None if there is none.
    """

    trials: tuple[Trial, ...]
    champion: int | None

    @staticmethod
    def read(store: Store, run: str, axes: tuple[Axis, ...], *, every: bool) -> "Chosen":
        """Reads the elites of a run's archive and all that ever challenged, or every candidate measured."""
        header = Header.read(store, run)
        state = rebuild(store, run, header, axes)
        elites = {state.steps[elite.candidate.id] for elite in state.archive}
        found = tuple(
            trial
            for trial, _ in trials(store, run, header)
            if trial.kind is OutcomeKind.EVALUATED
            and (every or trial.step in elites or Split.VALIDATION in trial.evaluations)
        )
        return Chosen(found, None if state.champion is None else state.champion.step)


@dataclass(frozen=True, slots=True)
class Anew:
    """A candidate with its old evaluations and its new ones."""

    trial: Trial
    evaluations: Mapping[Split, Evaluation]

    def scores(self, split: Split) -> tuple[float | None, float | None]:
        """The old score and the new one; None where there is none."""
        pair = self.trial.evaluations.get(split), self.evaluations.get(split)
        first, second = (None if found is None else found.score for found in pair)
        return first, second

    @property
    def is_alike(self) -> bool:
        """Whether every instance came out as before, to the last bit; what depended on time says nothing."""
        if depended_on_time(self.renewed) or depended_on_time(self.trial):
            return True
        both = self.evaluations.keys() & self.trial.evaluations.keys()
        return all(
            list(map(_lasting, self.evaluations[s].measurements))
            == list(map(_lasting, self.trial.evaluations[s].measurements))
            for s in both
        )

    @property
    def renewed(self) -> Trial:
        """The trial as it would be with the new evaluations."""
        return replace(self.trial, evaluations=self.evaluations)


def _lasting(found: Measurement) -> object:
    """What of a measurement must come again."""
    fault = None if found.fault is None else (found.fault.kind, found.fault.rule)
    return found.instance, found.score, dict(found.metrics), fault


def new_challengers(found: Sequence[Anew], champion: int | None) -> list[Anew]:
    """Finds those that were never on VALIDATION and are above the champion on SEARCH now, as a search would.

    Of those that SEARCH cannot tell apart, one is enough.
    """
    bar = next((one.scores(Split.SEARCH)[1] for one in found if one.trial.step == champion), None)
    known = {_told_apart(one) for one in found if Split.VALIDATION in one.trial.evaluations}
    chosen = []
    for one in found:
        score, search = one.scores(Split.SEARCH)[1], one.evaluations.get(Split.SEARCH)
        if score is None or search is None or search.faults or score <= (bar or 0.0):
            continue
        if _told_apart(one) not in known:
            known.add(_told_apart(one))
            chosen.append(one)
    return chosen


def _told_apart(one: Anew) -> tuple[float, ...]:
    search = one.evaluations.get(Split.SEARCH)
    return () if search is None else tuple(m.score for m in search.measurements)


def crowned(found: Sequence[Anew], seed: int, axes: tuple[Axis, ...]) -> int | None:
    """Has candidates challenge in step order, as in their search, with what they score now.

    Args:
        seed: Of the run; with the same measurements, the same candidate is crowned.
    """
    state = State.empty(axes)
    for place, one in enumerate(found):
        trial = replace(one.renewed, step=place)
        challenge = state.challenge(trial, generator(seed, one.trial.step, Purpose.JUDGE))
        state.apply(trial, challenge)
    return None if state.champion is None else found[state.champion.step].trial.step


@dataclass(frozen=True, slots=True)
class Rescoring:
    """One time that a run's candidates were measured anew.

    Attributes:
        at: Seconds since the epoch.
        changed: What had changed since the run, by name; if nothing had, all must come out alike.
        champion: Step of the champion before, and of the one there would be now.
        scores: New scores by step and split.
        alike: How many candidates came out as before on every instance.
        ranks: How many have another rank on SEARCH among those measured.
    """

    at: float
    version: int
    changed: tuple[str, ...]
    champion: tuple[int | None, int | None]
    scores: Mapping[int, Mapping[str, float | None]]
    alike: int
    ranks: int

    @property
    def measured(self) -> int:
        """How many candidates there were."""
        return len(self.scores)

    @property
    def verdict(self) -> str:
        """In words."""
        before, after = self.champion
        if before is None and after is None:
            return f"{self._ranks}; there is no champion"
        if before == after:
            return f"{self._ranks}; the champion stays step {before}"
        return f"{self._ranks}; the champion would be {_step(after)} instead of {_step(before)}"

    @property
    def _ranks(self) -> str:
        if self.alike == self.measured:
            return f"all {self.measured} candidates came out alike"
        differing = self.measured - self.alike
        return f"{differing} of {self.measured} candidates score otherwise, {self.ranks} have another rank"


def _step(step: int | None) -> str:
    return "nobody" if step is None else f"step {step}"


def ranks_changed(found: Sequence[Anew]) -> int:
    """Counts the candidates whose rank on SEARCH is another now; equals share a rank."""
    pairs = [one.scores(Split.SEARCH) for one in found]
    scores = [(old, new) for old, new in pairs if old is not None and new is not None]
    olds, news = [old for old, _ in scores], [new for _, new in scores]
    return sum(
        sum(other > old for other in olds) != sum(other > new for other in news) for old, new in scores
    )


def rescored_drafts(
    found: Sequence[Anew], layouts: Mapping[Split, Layout], summary: Mapping[str, Any]
) -> list[Draft]:
    """Writes it as events: one a candidate, and one that sums up and ends them."""
    drafts = [
        Draft(
            RESCORED,
            one.trial.step,
            {"measured": [pack(_prefix(e, layouts[split]), Usage()) for split, e in one.evaluations.items()]},
        )
        for one in found
    ]
    return [*drafts, Draft(RESCORED, None, {**summary, "layouts": msgspec.to_builtins(layouts)})]


def _prefix(evaluation: Evaluation, layout: Layout) -> Evaluation:
    """What of an evaluation can be packed: of one that stopped early, workers may have left gaps behind."""
    pairs = zip(evaluation.measurements, layout.rows, strict=False)
    found = tuple(m for m, _ in takewhile(lambda pair: pair[0].instance == pair[1][0], pairs))
    return Evaluation.of(evaluation.stage, found, complete=evaluation.complete)


def rescorings(store: Store, run: str) -> tuple[Rescoring, ...]:
    """Reads how often a run's candidates were measured anew, and what came of it, the latest last."""
    found, measured = list[Rescoring](), dict[int, list[Mapping[str, Any]]]()
    for event in store.events(run, kinds=(RESCORED,)):
        if event.step is not None:
            measured[event.step] = event.body["measured"]
            continue
        body = event.body
        layouts = msgspec.convert(body["layouts"], dict[Split, Layout])
        scores = {step: dict(_scores(rows, layouts)) for step, rows in measured.items()}
        before, after = body["champion"]
        figures = body["alike"], body["ranks"]
        changed = tuple(body["changed"])
        found.append(Rescoring(event.at, body["version"], changed, (before, after), scores, *figures))
        measured = {}
    return tuple(found)


def latest_scores(found: Sequence[Rescoring]) -> dict[int, Mapping[str, float | None]]:
    """New scores by step and split, of each candidate the latest."""
    return {step: scores for each in found for step, scores in each.scores.items()}


def _scores(
    rows: Sequence[Mapping[str, Any]], layouts: Mapping[Split, Layout]
) -> Iterator[tuple[str, float | None]]:
    for row in rows:
        evaluation = unpack(row, layouts)
        yield str(evaluation.stage), evaluation.score
