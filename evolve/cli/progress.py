"""How far a run is: a picture of its state that does not change while it is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evolve.runs.spec import RunSpec
from evolve.runs.state import State, Tally
from problems.base import Problem, Split


@dataclass(frozen=True, slots=True)
class Reference:
    """What the champion is held against while the run goes on."""

    name: str
    validation: float


@dataclass(frozen=True, slots=True)
class Progress:
    """A run at one moment.

    Attributes:
        best: Highest SEARCH score so far.
        champion: VALIDATION score of the champion.
        since: Step of the champion.
        spent_usd: Dollars that models took; None where none was asked.
        comparing: The split on which champion and baselines are being measured, when the search is over.
    """

    evaluated: int
    best: float | None
    champion: float | None
    since: int | None
    elites: int
    cells: int
    faults: Mapping[str, int]
    tallies: Mapping[str, tuple[int, int]]
    spent_usd: float | None = None
    comparing: Split | None = None

    @staticmethod
    def of(state: State) -> "Progress":
        """Takes a picture."""
        champion, best = state.champion, state.archive.best
        return Progress(
            evaluated=state.evaluated,
            best=best.score if best else None,
            champion=champion.validation.score if champion else None,
            since=champion.step if champion else None,
            elites=len(state.archive),
            cells=len(state.archive.grid),
            faults=MappingProxyType(dict(state.faults.most_common())),
            tallies=MappingProxyType({name: _kept(t) for name, t in sorted(state.tallies.items())}),
            spent_usd=state.accounts.ledger.spent.usd if state.accounts.spending else None,
        )


def _kept(tally: Tally) -> tuple[int, int]:
    return tally.accepted, tally.proposed


def best_baseline(problem: Problem, spec: RunSpec) -> Reference | None:
    """Finds the baseline of the highest known score; None where none is known before the comparison."""
    if spec.workload != "generated":
        return None
    best = max(problem.baselines, key=lambda b: b.score)
    return Reference(best.name, best.score)
