"""What a step may know when it is asked: the commits before it, and nothing else."""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluators.drive import runtime
from evaluators.values import Evaluation
from evolve.models.estimate import most_tokens
from evolve.models.language_model import Request
from evolve.models.model_spec import FREE, Price
from evolve.runs.events import Event
from evolve.runs.ledger import Budget, Cost
from evolve.runs.spec import RunSpec
from evolve.runs.state import State
from evolve.runs.step import Ask
from evolve.search.candidate import Candidate
from evolve.search.novelty import fingerprint
from evolve.search.operators import Context, Operator, Reference
from evolve.search.selection import select
from problems.base import Problem, Split


class Purpose(enum.IntEnum):
    """What a step draws numbers for; each has a generator of its own, so that none shifts another."""

    SELECT = 0
    PROPOSE = 1
    JUDGE = 2


def generator(seed: int, step: int, purpose: Purpose) -> np.random.Generator:
    """Makes the generator of one step for one purpose."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(step, int(purpose))))


@dataclass(frozen=True, slots=True)
class Asking:
    """What the steps of a run are asked with.

    Attributes:
        reference: The best baseline on SEARCH; None where no model is asked.
        proposer: Plans every step that is no seed.
        redact: Takes secrets out of a text, before it is sent or stored.
    """

    problem: Problem
    spec: RunSpec
    seeds: Sequence[Candidate]
    proposer: Operator
    reference: Reference | None = None
    redact: Callable[[str], str] = str


class Asker:
    """Asks the steps of a run, in order.

    Step k is asked after commit k-window-1 and before the next. Seeds are a barrier: the first edit is asked
    when all of them are committed, since there is nothing to edit before.

    Args:
        schedule: By step, after how many commits it was asked, for a run that repeats another.

    Attributes:
        asked: Number of steps asked so far; the next has this number.
        lacking: The budget that kept the next step from being asked, when it was last tried.
    """

    def __init__(self, asking: Asking, state: State, schedule: Mapping[int, int] | None = None) -> None:
        self.asked = 0
        self.lacking: str | None = None
        self._asking = asking
        self._state = state
        self._schedule = schedule
        self._prices = {model.name: model.price or FREE for model in asking.spec.models}
        self._budget = Budget(asking.spec.max_usd, asking.spec.max_tokens)

    def take(self) -> Ask | None:
        """Asks the next step if it may be asked now; that depends on the commits so far and nothing else."""
        if not self._may_ask():
            return None
        ask = self._next()
        self.lacking = None
        if ask.reserve.tokens and self._schedule is None:
            self.lacking = self._state.accounts.ledger.exhausted_by(ask.reserve, self._budget)
        if self.lacking is not None:
            return None
        self.asked += 1
        self._state.accounts.ledger.reserve(ask.step, ask.reserve)
        return ask

    def repeat(self, event: Event, request: Request | None) -> Ask:
        """Asks the next step as its event tells, whatever the budget; `request` is the one of the log."""
        ask = self._next()
        if ask.plan is not None:
            ask = replace(ask, plan=replace(ask.plan, request=request), reserve=reserve_of(event))
        self.skip(event)
        return ask

    def skip(self, event: Event) -> None:
        """Passes a step by that was committed."""
        self._state.accounts.ledger.reserve(self.asked, reserve_of(event))
        self.asked += 1

    def _may_ask(self) -> bool:
        commits, step, spec = self._state.commits, self.asked, self._asking.spec
        if self._schedule is not None:
            return commits >= self._schedule.get(step, commits + 1)
        if self._state.evaluated + step - commits >= spec.max_evals or self._state.is_worn_out:
            return False
        if step < len(self._asking.seeds):
            return True
        barrier = max(len(self._asking.seeds), step - spec.window)
        return commits >= barrier and len(self._state.archive) > 0

    def _next(self) -> Ask:
        """Asks the next step, from the state as it is."""
        step = self.asked
        if step < len(self._asking.seeds):
            return Ask(step, self._asking.seeds[step], None, lambda _: True, lambda _: True)
        context = self.context()
        plan = self._asking.proposer.plan(context, generator(self._asking.spec.seed, step, Purpose.PROPOSE))
        if plan.request is not None:
            plan = replace(plan, request=self._redacted(plan.request))
        return Ask(step, None, plan, context.is_new, self._challenges(), self._reserve(plan.request))

    def context(self) -> Context:
        """All that the next step may know."""
        state, problem = self._state, self._asking.problem
        draws = generator(self._asking.spec.seed, self.asked, Purpose.SELECT)
        return Context(
            "solve" if problem.one_shot else "Policy",
            problem.interface_text,
            select(state.archive, draws),
            self._is_new(state.commits),
            problem.brief,
            self._asking.reference,
            tuple(state.failures),
            state.plateaus,
            runtime(problem.limits[Split.SEARCH]).packages,
        )

    def _redacted(self, request: Request) -> Request:
        redact = self._asking.redact
        return replace(request, system=redact(request.system), prompt=redact(request.prompt))

    def _reserve(self, request: Request | None) -> Cost:
        return Cost() if request is None else most_cost(request, self._prices.get(request.model, FREE))

    def _is_new(self, visible: int) -> Callable[[str], bool]:
        seen = self._state.seen
        return lambda source: seen.get(fingerprint(source), visible) >= visible

    def _challenges(self) -> Callable[[Evaluation], bool]:
        """Makes the rule for who goes to VALIDATION: better on SEARCH than the champion of now."""
        state, visible, champion = self._state, self._state.commits, self._state.champion
        mark = None if champion is None else champion.search.score

        def challenges(search: Evaluation) -> bool:
            if search.score is None or (mark is not None and search.score <= mark):
                return False
            return state.challenged.get(state.tell_apart(search), visible) >= visible

        return challenges


def most_cost(request: Request, price: Price) -> Cost:
    """What a call can cost at most: every token its prompt may have, and the longest reply."""
    tokens = most_tokens(request.system) + most_tokens(request.prompt)
    cost_usd = price.cost_usd(tokens, request.max_output_tokens)
    return Cost(cost_usd, tokens + request.max_output_tokens)


def reserve_of(event: Event) -> Cost:
    """Reads what an asked step may cost."""
    return Cost(*event.body["reserve"]) if "reserve" in event.body else Cost()
