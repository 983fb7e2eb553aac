"""How a run went: where its score rose, over what that took. No streamlit here."""

from collections.abc import Sequence
from dataclasses import dataclass

from evolve.runs.comparison import Standing
from evolve.runs.header import Header
from problems.base import Split


@dataclass(frozen=True, slots=True)
class Moment:
    """A commit of a run.

    Attributes:
        evaluated: Candidates that had been measured by then, this one included.
        usd: What models had cost.
        at: Seconds since the epoch.
    """

    evaluated: int
    usd: float
    at: float


@dataclass(frozen=True, slots=True)
class Course:
    """One run's score on one split, from its first commit to its latest.

    Attributes:
        name: Of the run, in the store.
        points: Moments with the score after them, higher is better: in order, each rise among them, and the
            latest commit last. Empty before there is a score.
        began: When its first step was committed, seconds since the epoch; 0 before.
        standings: Of the latest comparison with the baselines; empty before it.
        started_from: Name and SEARCH score of the best baseline that it began with; None if it began with
            none, or the course is not on SEARCH.
    """

    name: str
    header: Header
    split: Split
    points: Sequence[tuple[Moment, float]]
    began: float
    standings: Sequence[Standing]
    started_from: tuple[str, float] | None = None
