"""Twins: for a problem's decisions, the kernels that they imply, timed by trusted code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

import numpy as np

from evaluators.decisions import Decided
from evaluators.gpu.device import Gpu
from evaluators.gpu.stopwatch import Stopwatch, Work, timed
from evaluators.gpu.verdict import Case
from problems.base import Split

_MODULES = {name: f"evaluators.gpu.twins.{name}" for name in ("eplb", "kernel_choice", "llm_sql")}


@dataclass(frozen=True, slots=True)
class Rig:
    """What decisions are replayed with.

    Attributes:
        rng: Draws what is sampled, and orders.
        tokens: Tokens a GPU in a step, where a twin has a choice of batch.
        rounds: Interleaved repetitions of everything.
    """

    gpu: Gpu
    watch: Stopwatch
    rng: np.random.Generator
    tokens: int
    rounds: int

    def seconds(self, works: Sequence[Work]) -> list[float]:
        """Median seconds of each piece of work, all timed beside each other."""
        return [t.median_s for t in timed(self.watch, works, rounds=self.rounds, rng=self.rng)]


class Twin(Protocol):
    """What replays decisions of one problem on a device."""

    UNIT: str
    """What the measured value is, in words."""

    def replay(self, rig: Rig, policies: Mapping[str, Sequence[Decided]], /) -> list[Case]:
        """Times what each policy decided, all policies of a place beside each other.

        Args:
            policies: By name, what each decided on the same instances, none of which failed.
        """


def names() -> tuple[str, ...]:
    """Lists the problems that have a twin."""
    return tuple(_MODULES)


def twin(problem: str) -> Twin:
    """Finds the twin of a problem.

    Raises:
        KeyError: It has none.
    """
    found: Twin = import_module(_MODULES[problem]).TWIN
    return found


REPLAYED = Split.VALIDATION
"""The split whose decisions are replayed."""
