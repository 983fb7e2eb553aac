"""`adrs run --preview`: what a budget buys, before anything is sent."""

import asyncio

from evolve.cli.exits import Exit, Misuse
from evolve.cli.money import dollars
from evolve.cli.terminal import console, facts
from evolve.models.estimate import estimated_tokens
from evolve.models.language_model import Request
from evolve.models.model_spec import FREE, ModelSpec
from evolve.models.opening import place_of
from evolve.runs.asking import most_cost
from evolve.runs.spec import RunSpec
from evolve.runs.upcoming import NothingToImprove, of_start
from evolve.search.language import Draft
from problems.workload_file import spoken

LIKELY_OVERHEAD = 1.5
"""A usual reply is taken to be so much longer than the program to work on."""


def preview(spec: RunSpec) -> Exit:
    """Measures the seeds, renders the first prompt, and reckons what the budgets buy."""
    if not spec.models:
        raise Misuse(
            "--preview says what a budget for models buys, and none is asked; add --proposer llm --model"
        )
    try:
        draft = asyncio.run(of_start(spec)).draft()
    except NothingToImprove as error:
        raise Misuse(str(error)) from error
    console().print(facts(_rows(spec, draft)))
    return Exit.DONE


def _rows(spec: RunSpec, draft: Draft) -> dict[str, str]:
    prompt = estimated_tokens(draft.prompt.system) + estimated_tokens(draft.prompt.text)
    written = round(estimated_tokens(draft.assignment.program.source) * LIKELY_OVERHEAD)
    rows = {"problem": f"{spec.problem}, {spoken(spec.workload)}"}
    rows |= {f"{m.role} model": _model(m) for m in spec.models}
    rows["a prompt"] = f"about {prompt:,} tokens now; it grows a little with what was found"
    for model in spec.models:
        likely = (model.price or FREE).cost_usd(prompt, written)
        most = most_cost(_request(draft, model), model.price or FREE)
        rows[f"a call of {model.name}"] = _call(model, likely, most.usd, written)
    rows["budgets"] = _budgets(spec)
    rows |= _bought(spec, draft, prompt + written)
    rows["sent now"] = "nothing"
    return rows


def _model(model: ModelSpec) -> str:
    place, price = place_of(model), model.price
    told = (
        "price unknown" if price is None else f"${price.input:g} in, ${price.output:g} out per million tokens"
    )
    return f"{model.name} at {place.address}, key in {place.variable}; {told}"


def _call(model: ModelSpec, likely_usd: float, most_usd: float, written: int) -> str:
    if model.price is None:
        return f"at most {model.max_output_tokens:,} tokens of reply"
    return (
        f"likely about {dollars(likely_usd)} ({written:,} tokens of reply); reserves {dollars(most_usd)} "
        f"({model.max_output_tokens:,} tokens)"
    )


def _budgets(spec: RunSpec) -> str:
    found = [f"{spec.max_evals:,} evaluations"]
    found += [dollars(spec.max_usd)] if spec.max_usd is not None else []
    found += [f"{spec.max_tokens:,} tokens"] if spec.max_tokens is not None else []
    found += [f"{spec.max_minutes:g} minutes"] if spec.max_minutes is not None else []
    return ", ".join(found) + ", whichever is spent first"


def _bought(spec: RunSpec, draft: Draft, likely_tokens: int) -> dict[str, str]:
    """How many calls the dollars and tokens buy, dearest model first where there are several."""
    prompt = estimated_tokens(draft.prompt.system) + estimated_tokens(draft.prompt.text)
    rows = {}
    if spec.max_usd is not None:
        each = [(m.price or FREE).cost_usd(prompt, likely_tokens - prompt) for m in spec.models]
        most = [most_cost(_request(draft, m), m.price or FREE).usd for m in spec.models]
        rows["dollars buy"] = f"{_span(spec.max_usd, max(most), min(each))} calls"
    if spec.max_tokens is not None:
        rows["tokens buy"] = f"about {_times(spec.max_tokens, likely_tokens)} calls"
    return rows


def _span(budget: float, dearest: float, cheapest: float) -> str:
    if dearest <= 0:
        return "any number of"  # the models are free
    return f"{_times(budget, dearest)} to {_times(budget, cheapest)}"


def _times(budget: float, each: float) -> str:
    return f"{int(budget / each):,}" if each > 0 else "any number of"


def _request(draft: Draft, model: ModelSpec) -> Request:
    return Request(model.name, draft.prompt.system, draft.prompt.text, model.max_output_tokens)
