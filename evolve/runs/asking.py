"""What a step may know when it is asked: the commits before it, and nothing else."""

import enum
from collections.abc import Callable, Sequence

import numpy as np

from evaluators.values import Evaluation
from evolve.runs.spec import RunSpec
from evolve.runs.state import State
from evolve.runs.step import Ask
from evolve.search.candidate import Candidate
from evolve.search.novelty import fingerprint
from evolve.search.operators import Context
from evolve.search.selection import select
from problems.base import Problem


class Purpose(enum.IntEnum):
    """What a step draws numbers for; each has a generator of its own, so that none shifts another."""

    SELECT = 0
    PROPOSE = 1
    JUDGE = 2


def generator(seed: int, step: int, purpose: Purpose) -> np.random.Generator:
    """Makes the generator of one step for one purpose."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(step, int(purpose))))


class Asker:
    """Asks the steps of a run, in order.

    Step k is asked after commit k-window-1 and before the next. Seeds are a barrier: the first edit is asked
    when all of them are committed, since there is nothing to edit before.

    Attributes:
        asked: Number of steps asked so far; the next has this number.
    """

    def __init__(self, problem: Problem, spec: RunSpec, seeds: Sequence[Candidate], state: State) -> None:
        self.asked = 0
        self._problem = problem
        self._spec = spec
        self._seeds = seeds
        self._state = state

    def may_ask(self) -> bool:
        """Whether the next step may be asked now; depends on the commits so far and on nothing else."""
        commits, step = self._state.commits, self.asked
        in_flight = step - commits
        if self._state.evaluated + in_flight >= self._spec.max_evals or self._state.is_worn_out:
            return False
        if step < len(self._seeds):
            return True
        return commits >= max(len(self._seeds), step - self._spec.window) and len(self._state.archive) > 0

    def next(self) -> Ask:
        """Asks the next step, from the state as it is."""
        step, state = self.asked, self._state
        self.asked += 1
        if step < len(self._seeds):
            return Ask(step, self._seeds[step], None, lambda _: True)
        parents = select(state.archive, generator(self._spec.seed, step, Purpose.SELECT))
        entry = "solve" if self._problem.one_shot else "Policy"
        context = Context(entry, self._problem.interface_text, parents, self._is_new(state.commits))
        return Ask(step, None, context, self._challenges())

    def _is_new(self, visible: int) -> Callable[[str], bool]:
        seen = self._state.seen
        return lambda source: seen.get(fingerprint(source), visible) >= visible

    def _challenges(self) -> Callable[[Evaluation], bool]:
        """Makes the rule for who goes to VALIDATION: better on SEARCH than the champion of this moment."""
        state, visible, champion = self._state, self._state.commits, self._state.champion
        mark = None if champion is None else champion.search.score

        def challenges(search: Evaluation) -> bool:
            if search.score is None or (mark is not None and search.score <= mark):
                return False
            return state.challenged.get(state.tell_apart(search), visible) >= visible

        return challenges
