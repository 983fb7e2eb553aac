"""All that a page tells of one run, read from its log."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from evolve.cli.compare import Told
from evolve.figures.traced import Traced, trace
from evolve.runs.ablations import Ablation, ablations
from evolve.runs.device_checks import Checks, device_checks
from evolve.runs.history import trials
from evolve.runs.lines import Line, line_of
from evolve.runs.marks import Marks, marks
from evolve.runs.rescoring import Rescoring, rescorings
from evolve.runs.spec import RunSpec
from evolve.runs.state import State
from evolve.runs.store import RunRow, Store
from evolve.runs.trial import Trial
from evolve.runs.verifications import Verifications, verifications
from problems.base import Problem
from problems.registry import get

_LONGEST: Final = 300
"""Characters of a message."""


@dataclass(slots=True)
class Failing:
    """One way in which candidates failed.

    Attributes:
        step: The first that did.
        message: What was said of it, shortened.
        candidates: How many did.
    """

    kind: str
    rule: str
    step: int
    message: str
    candidates: int = 0


@dataclass(slots=True)
class Effort:
    """What the steps of a run took, and how they ended.

    Attributes:
        cpu_s: CPU seconds of all candidates' processes.
        failing: By kind and rule, in the order of their first.
        ends: Steps by outcome and reason.
    """

    cpu_s: float = 0.0
    failing: dict[tuple[str, str], Failing] = field(default_factory=dict)
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, trial: Trial) -> None:
        """Counts a committed step."""
        self.ends[str(trial.kind), trial.reason] += 1
        self.cpu_s += sum(usage.cpu_s for usage in trial.usage.values())
        faults = [fault for evaluation in trial.evaluations.values() for _, fault in evaluation.faults]
        for key, fault in {(str(fault.kind), fault.rule): fault for fault in reversed(faults)}.items():
            first = Failing(*key, trial.step, fault.message[:_LONGEST])
            self.failing.setdefault(key, first).candidates += 1


@dataclass(frozen=True, slots=True)
class Dossier:
    """A run, read once.

    Attributes:
        row: When it began, and when its last event was written.
        lines: Its steps, in order.
        ancestors: The steps that the champion was made of, oldest first, itself included; none without one.
        sources: By step, of those ancestors that the champion is compared with.
        ablation: The latest of the champion; None if its changes were never undone.
    """

    traced: Traced
    row: RunRow
    problem: Problem
    lines: tuple[Line, ...]
    effort: Effort
    marks: Marks
    verified: Verifications
    checks: Checks
    rescored: tuple[Rescoring, ...]
    ancestors: tuple[Line, ...]
    sources: Mapping[int, str]
    ablation: Ablation | None

    @property
    def name(self) -> str:
        """Of the run."""
        return self.traced.name

    @property
    def spec(self) -> RunSpec:
        """What it was asked to do."""
        return self.traced.spec

    @property
    def state(self) -> State:
        """What its commits amount to."""
        return self.traced.state

    @property
    def told(self) -> Told:
        """The run as it is compared with others."""
        return Told(self.name, self.traced.outline, self.state)


def read(store: Store, run: str) -> Dossier:
    """Reads a run.

    Raises:
        StoreError: There is no such run, or its log is damaged.
    """
    traced = trace(store, run)
    row = next(row for row in store.runs() if row.name == run)
    lines, effort, steps = list[Line](), Effort(), dict[str, int]()
    # No further than what was traced: a run that goes on may have ended more steps by now.
    for trial, challenge in islice(trials(store, run, traced.header), traced.state.commits):
        if trial.candidate is not None:
            steps.setdefault(trial.candidate.id, trial.step)
        lines.append(line_of(trial, challenge, steps))
        effort.note(trial)
    champion = traced.state.champion
    ancestors = () if champion is None else ancestry(lines, champion.step)
    sources = {line.step: store.text(line.id) for line in compared(ancestors) if line.id is not None}
    undone = [
        found for found in ablations(store, run) if champion is not None and found.step == champion.step
    ]
    return Dossier(
        traced, row, get(traced.spec.problem), tuple(lines), effort,
        marks(store, run), verifications(store, run), device_checks(store, run), rescorings(store, run),
        ancestors, sources, undone[-1] if undone else None,
    )  # fmt: skip


def ancestry(lines: Sequence[Line], step: int) -> tuple[Line, ...]:
    """Finds all steps that one was made of, itself included, oldest first."""
    found, open_ = set[int](), [step]
    while open_:
        now = open_.pop()
        if now not in found:
            found.add(now)
            open_ += lines[now].parents
    return tuple(lines[each] for each in sorted(found))


def compared(ancestors: Sequence[Line]) -> tuple[Line, ...]:
    """Chooses what a champion is compared with: its best ancestor on SEARCH, and the seed it was edited from.

    Of equals the latest; the seed is left out where it is the best ancestor itself.
    """
    if len(ancestors) < 2:
        return ()
    *older, first = ancestors
    by_step = {line.step: line for line in ancestors}
    while first.parents:
        first = by_step[first.parents[0]]
    best = max(older, key=lambda line: (line.search or 0.0, line.step))
    return (best,) if best.step == first.step else (best, first)
