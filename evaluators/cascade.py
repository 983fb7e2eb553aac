"""Which stage a candidate meets next: pure functions from what was measured so far to a decision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evaluators.values import Evaluation
from problems.base import Split


@dataclass(frozen=True, slots=True)
class Continue:
    """Measure this stage next."""

    stage: Split


@dataclass(frozen=True, slots=True)
class Stop:
    """Measure no more. The reason is a stable name: `faulty`, `incomplete`, `no_challenge` or `measured`."""

    reason: str


Decision = Continue | Stop
Decide = Callable[[Mapping[Split, Evaluation]], Decision]


def cascade(*, challenges: Callable[[Evaluation], bool]) -> Decide:
    """Makes SMOKE, then SEARCH, then VALIDATION for those whose SEARCH evaluation `challenges` the incumbent.

    A candidate with a fault or an incomplete stage goes no further: it cannot be champion.
    """

    def decide(found: Mapping[Split, Evaluation]) -> Decision:
        for stage in (Split.SMOKE, Split.SEARCH, Split.VALIDATION):
            if stage not in found:
                return Continue(stage)
            if not found[stage].complete:
                return Stop("incomplete")
            if found[stage].faults:
                return Stop("faulty")
            if stage is Split.SEARCH and not challenges(found[stage]):
                return Stop("no_challenge")
        return Stop("measured")

    return decide
