"""`adrs prompt RUN|PROBLEM`: the next prompt in full, without paying for an answer."""

import asyncio
import sys
from pathlib import Path

from rich.text import Text

from evolve.cli.exits import Exit, Misuse
from evolve.cli.names import cores
from evolve.cli.run_names import run_named
from evolve.cli.terminal import console, harmless, table, write_json
from evolve.models.estimate import estimated_tokens
from evolve.runs.proposing import INBOX
from evolve.runs.spec import WINDOW, RunSpec
from evolve.runs.store import Store
from evolve.runs.upcoming import NothingToImprove, Upcoming, of_run, of_start
from evolve.search.language import Draft
from problems.registry import get, names
from sandbox import Mode


def show_prompt(db: Path, name: str, *, operator: str | None, as_json: bool) -> Exit:
    """Prints what the next step of a run, or the first of a search, would ask a model."""
    try:
        upcoming = _upcoming(db, name)
        draft = upcoming.draft(operator)
    except (NothingToImprove, ValueError) as error:
        raise Misuse(str(error)) from error
    if operator not in {None, draft.operator.name}:
        raise Misuse(f"operator {operator!r} finds nothing to work on here; try another, or none")
    if as_json:
        write_json(_as_json(name, upcoming, draft))
        return Exit.DONE
    sys.stdout.write(harmless(f"{draft.prompt.system.rstrip()}\n\n{draft.prompt.text}"))
    _explain(draft)
    return Exit.DONE


def _upcoming(db: Path, name: str) -> Upcoming:
    if name not in names():
        with Store.open(db, create=False) as store:
            return of_run(store, run_named(name))
    problem = get(name)
    spec = RunSpec(problem.name, workers=min(cores(), WINDOW), sandbox=Mode.AUTO, seeds=problem.seeds)
    return asyncio.run(of_start(spec))


def _as_json(name: str, upcoming: Upcoming, draft: Draft) -> dict[str, object]:
    return {
        "of": name,
        "step": upcoming.step,
        "operator": draft.operator.name,
        "model": None if draft.model is INBOX else draft.model.name,
        "system": draft.prompt.system,
        "prompt": draft.prompt.text,
        "sections": [{"name": s.name, "tokens": s.tokens, "cut": s.was_cut} for s in draft.prompt.sections],
    }


def _explain(draft: Draft) -> None:
    """Says on the error stream what the prompt is made of."""
    found = table("section", "tokens")
    found.add_row("(system)", f"{estimated_tokens(draft.prompt.system):,}")
    for section in draft.prompt.sections:
        found.add_row(Text(section.name + (" (cut)" if section.was_cut else "")), f"{section.tokens:,}")
    whole = estimated_tokens(draft.prompt.system) + estimated_tokens(draft.prompt.text)
    found.add_row(Text("all", style="bold"), f"{whole:,}")
    out = console(stderr=True)
    out.print()
    out.print(f"operator {draft.operator.name}, estimated at four bytes a token:", soft_wrap=True)
    out.print(found)
