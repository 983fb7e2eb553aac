"""A search that asks models: an operator that requests, models that answer by a seeded law, and their log."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from evolve.models.language_model import Call, Completion, LanguageModel, ModelError, Request
from evolve.models.model_spec import ModelSpec, Price
from evolve.runs.proposing import Proposing
from evolve.runs.session import Ending, Session
from evolve.runs.spec import Proposer, RunSpec
from evolve.runs.store import Store
from evolve.search.candidate import Candidate
from evolve.search.offline import portfolio
from evolve.search.operators import Context, Plan, Proposal, Rejection
from tests.evolve.runs.searches import Quiet, spec

PRICE = Price(input=1.0, output=2.0)
MODEL = ModelSpec("clerk", price=PRICE, max_output_tokens=1000)


class Talker:
    """Requests whatever the offline operators would have made, and takes what comes back for a program."""

    name = "talker"

    def __init__(self) -> None:
        self._inner = portfolio()

    def plan(self, context: Context, rng: np.random.Generator, /) -> Plan:
        made = self._inner.plan(context, rng).propose(None)
        text = made.source if isinstance(made, Candidate) else ""
        failures = "".join(f"- {f.operator} {f.reason} {f.detail}\n" for f in context.failures)
        prompt = f"## Parent\n{context.parents[0].candidate.source}\n## Failures\n{failures}\n## Wish\n{text}"
        parents = (context.parents[0].candidate.id,)

        def propose(completion: Completion | None) -> Proposal:
            assert completion is not None
            if not completion.text:
                return Rejection("empty", self.name, "the reply is empty")
            return Candidate(completion.text, parents, self.name, MODEL.name)

        return Plan(self.name, parents, propose, Request(MODEL.name, "Answer.", prompt, 1000))

    def tell(self, proposal: Proposal, score: float | None, accepted: bool, /) -> None: ...


@dataclass
class Clerk:
    """A model that answers what is wished for, late, and fails by a law of the step.

    Attributes:
        fate: Failure of a step's attempt, if any.
        asked: Steps in the order in which they were asked.
        paid: Dollars taken, by step.
    """

    fate: Callable[[int, int], ModelError | None] = lambda step, attempt: None
    delay_s: float = 0.02
    asked: list[int] = field(default_factory=list)
    paid: dict[int, float] = field(default_factory=dict)
    busy: int = 0
    busiest: int = 0

    async def complete(self, call: Call, /) -> Completion:
        self.asked.append(call.step)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await asyncio.sleep(self.delay_s * random.Random(f"{call.step} {call.attempt}").random() * 2)
        finally:
            self.busy -= 1
        failure = self.fate(call.step, call.attempt)
        if failure is not None:
            raise failure
        text = call.request.prompt.partition("## Wish\n")[2]
        tokens = (len(call.request.prompt), len(text))
        self.paid[call.step] = PRICE.cost_usd(*tokens)
        return Completion(text, "clerk-1", *tokens, PRICE.cost_usd(*tokens))


def talking(**changes: object) -> RunSpec:
    return spec(**{"proposer": Proposer.LLM, "models": (MODEL,), "max_evals": 16, **changes})


async def converse(
    path: Path, wanted: RunSpec, model: LanguageModel, *, interrupted: asyncio.Event | None = None
) -> Ending:
    with Store.open(path) as store:
        return await _session(store, model, interrupted).start("run", wanted, sources={})


async def converse_on(path: Path, model: LanguageModel, **budgets: object) -> Ending:
    with Store.open(path, create=False) as store:
        return await _session(store, model, None).resume("run", budgets=budgets)


def _session(store: Store, model: LanguageModel, interrupted: asyncio.Event | None) -> Session:
    models: Mapping[str, LanguageModel] = {MODEL.name: model}
    proposing = Proposing(models, operator=Talker())
    event = interrupted or asyncio.Event()
    return Session(store, Quiet(), clock=time.time, interrupted=event, proposing=proposing)
