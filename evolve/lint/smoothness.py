"""Whether small steps from the baselines change scores a little: else a search walks blind, or falls."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Final

from evaluators.audit.cheating import ROUNDING, Arena, mean
from evolve.lint.remarks import Remark, consider, fine
from evolve.search.tuning import Knob, NotTunable, knobs, with_values
from problems.base import Problem

STEP: Final = 0.1
"""A constant is changed by such a part of itself, a whole one by 1 at least, up and down."""

KNOBS: Final = 3
"""So many constants of each baseline are changed, the first ones."""

CLOSE: Final = 0.05
"""A score that differs by no more is close."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A baseline with one constant changed.

    Attributes:
        change: Its mean score over the baseline's; None if it fails somewhere, which is no slope.
    """

    baseline: str
    change: float | None


def count_of_neighbours(problem: Problem) -> int:
    """How many there are."""
    return sum(1 for baseline in problem.baselines for _ in _versions(baseline.source))


def neighbours(arena: Arena) -> Iterator[Neighbour]:
    """Measures the neighbours of every baseline that has constants.

    Raises:
        TrustedSideBroken: The problem's own fault.
    """
    for baseline in arena.problem.baselines:
        versions = list(_versions(baseline.source))
        if versions:
            before = mean(arena.measured(baseline.source))
            for version in versions:
                found = arena.measured(version)
                failed = any(m.fault is not None for m in found)
                yield Neighbour(baseline.name, None if failed else mean(found) - before)


def smoothness_remark(found: list[Neighbour]) -> Remark:
    """Says how scores answer to small steps."""
    about = "smoothness"
    if not found:
        advice = "name some numbers at the top of one: they show a search, and adrs tune, what can be turned"
        return consider(about, "no baseline has a constant", advice)
    valid = [abs(n.change) for n in found if n.change is not None]
    sizes = [size for size in valid if size > ROUNDING]
    close = sum(size <= CLOSE for size in sizes)
    told = (
        f"of {len(found)} neighbours (a constant {STEP:.0%} off) {len(found) - len(valid)} fail, "
        f"{len(sizes)} score otherwise, {close} of them by {CLOSE:g} or less"
    )
    if not sizes:
        advice = "more or larger instances, or a score with finer steps: a search sees a plateau here"
        return consider(about, told, advice)
    told = f"{told}; half of them by {median(sizes):.2g} or less"
    if 2 * close < len(sizes):
        return consider(about, told, "look for a rule that fails all at once: a search falls off such edges")
    return fine(about, told)


def _versions(source: str) -> Iterator[str]:
    try:
        found = knobs(source)[:KNOBS]
    except NotTunable:
        return
    for knob in found:
        for value in _near(knob):
            yield with_values(source, [knob], [value])


def _near(knob: Knob) -> Iterator[float]:
    step = max(abs(knob.value) * STEP, 1.0) if knob.whole else abs(knob.value) * STEP or STEP
    for value in (knob.value - step, knob.value + step):
        if knob.low <= value <= knob.high:
            yield value
