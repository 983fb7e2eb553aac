"""Whom a candidate can be held against on one instance, and where that is worth a look. No streamlit here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from dashboard.data import RunLog
from dashboard.reading.detail import detail_of, seed_step
from dashboard.reading.traces import Trace
from problems.base import Split

_ALIKE: Final = 1e-9
Policy = int | str
"""A step of the run, or the name of a baseline."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two policies on an instance, as far as the log knows their scores there."""

    instance: str
    own: float | None
    other: float | None

    @property
    def apart(self) -> float | None:
        """How far apart their scores are; None if one is not known."""
        return None if self.own is None or self.other is None else abs(self.own - self.other)

    def __str__(self) -> str:
        if self.own is None and self.other is None:
            return self.instance
        own, other = ("not measured" if s is None else f"{s:.4f}" for s in (self.own, self.other))
        return f"{self.instance}: {own} against {other}"


def rivals(log: RunLog, step: int) -> Mapping[str, Policy]:
    """The policies that people ask for, by what they are to a candidate; the best baseline first."""
    best, champion = log.problem.best_baseline.name, log.state.champion
    found: dict[str, Policy] = {f"{best}, the best baseline": best}
    for number, parent in enumerate(log.steps[step].parents):
        found[f"step {parent}, its {'parent' if number == 0 else 'other parent'}"] = parent
    if champion is not None and champion.step not in {step, *found.values()}:
        found[f"step {champion.step}, the champion"] = champion.step
    others = [baseline.name for baseline in log.problem.baselines if baseline.name != best]
    return found | {f"{name}, a baseline": name for name in others}


def unnamed(log: RunLog, step: int, named: Mapping[str, Policy]) -> int:
    """The first other step that has no name among some; the step itself if all have one."""
    taken = {step, *named.values()}
    return next((other.step for other in log.steps if other.step not in taken), step)


def known_scores(log: RunLog, policy: Policy, split: Split) -> Mapping[str, float]:
    """Scores by instance that the run measured, as it did of a baseline that was one of its seeds."""
    step = seed_step(log, policy) if isinstance(policy, str) else policy
    frame = pd.DataFrame() if step is None else detail_of(log, step).instances
    if frame.empty:
        return {}
    part = frame[frame["split"] == str(split)]
    return dict(zip(part["instance"], part["score"], strict=True))


def meetings(log: RunLog, step: int, against: Policy, split: Split) -> list[Meeting]:
    """The instances of a split, those first where the scores are furthest apart."""
    layout = log.header.layouts.get(split)
    own, other = known_scores(log, step, split), known_scores(log, against, split)
    found = [Meeting(n, own.get(n), other.get(n)) for n, _, _ in (layout.rows if layout else ())]
    return sorted(found, key=lambda meeting: -(meeting.apart or 0.0))


def is_otherwise(found: Trace, meeting: Meeting) -> bool:
    """Whether a trace came to another score than the log has."""
    logged = (meeting.own, meeting.other)
    pairs = [(policy.score, score) for policy, score in zip(found.policies, logged, strict=False)]
    return any(new is not None and old is not None and abs(new - old) > _ALIKE for new, old in pairs)
