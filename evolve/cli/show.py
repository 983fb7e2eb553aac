"""`adrs show RUN`: what a run was asked, how far it is, and what it found."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
from rich.table import Table
from rich.text import Text

from evolve.cli.display import heading
from evolve.cli.ending import standings_table
from evolve.cli.exits import Exit
from evolve.cli.money import dollars, model_table, spent_sentence
from evolve.cli.report import sandbox_sentence
from evolve.cli.run_names import run_named
from evolve.cli.terminal import console, facts, harmless, local_time, table, write_json
from evolve.runs.device_checks import device_checks, is_for_devices
from evolve.runs.history import Outline, outline, rebuild
from evolve.runs.marks import Marks, marks
from evolve.runs.rescoring import Rescoring, rescorings
from evolve.runs.state import State
from evolve.runs.store import Store
from evolve.runs.verifications import verifications
from problems.base import Split
from problems.registry import get

ID_DIGITS = 12
"""Digits of a candidate's id that are shown."""


def show_run(db: Path, run: str, *, as_json: bool) -> Exit:
    """Shows what a run was asked, how far it is, and what it found."""
    with Store.open(db, create=False) as store:
        told = outline(store, run_named(run), now=time.time())
        state = rebuild(store, run, told.header, get(told.header.spec.problem).axes)
        row = next(row for row in store.runs() if row.name == run)
        checks, marked, verified = device_checks(store, run), marks(store, run), verifications(store, run)
        anew = rescorings(store, run)
    if as_json:
        write_json(
            {
                "name": run,
                "started_at": row.created_at,
                **_run_json(told, state),
                "verification": msgspec.to_builtins(verified.latest),
                "verifications": list(verified.statuses),
                "gpu": msgspec.to_builtins(checks.of(told.champion).latest),
                "gpu_checks": list(checks.statuses),
                "rescored": [rescored_json(each) for each in anew],
                "marks": {
                    "tags": {str(step): tags for step, tags in marked.tags.items()},
                    "notes": [asdict(note) for note in marked.notes],
                    "archived": marked.archived,
                },
            }
        )
    else:
        evidence = {"verified": str(verified)}
        if is_for_devices(told.header.spec.problem):
            evidence["gpu"] = checks.told(told.champion)
        _print_run(run, told, state, local_time(row.created_at), evidence)
        print_rescorings(anew, state)
        print_notes(marked)
    return Exit.DONE


def print_notes(marked: Marks, step: int | None = None) -> None:
    """Prints tags and notes, if there are any: of a whole run, or of one step."""
    tags = {s: found for s, found in marked.tags.items() if step in {None, s}}
    notes = [note for note in marked.notes if step in {None, note.step}]
    rows = {f"tags of step {s}": ", ".join(found) for s, found in sorted(tags.items())}
    for number, note in enumerate(notes):
        where = "run" if note.step is None else f"step {note.step}"
        rows[f"note {number + 1}, {where}"] = f"{note.text} ({note.author}, {local_time(note.at)})"
    if rows:
        out = console()
        out.print()
        out.print(facts(rows))


def rescored_json(found: Rescoring) -> dict[str, Any]:
    """What came of measuring a run's candidates anew, as plain data."""
    scores = {str(step): dict(by_split) for step, by_split in found.scores.items()}
    return {**asdict(found), "scores": scores, "verdict": found.verdict}


def print_rescorings(found: Sequence[Rescoring], state: State) -> None:
    """Prints what came of measuring anew, if that was done: each time in a line, the champion beside it."""
    times = (f"rescored {n}, {local_time(each.at)}" for n, each in enumerate(found, 1))
    rows = {when: _rescored(each, state) for when, each in zip(times, found, strict=True)}
    if rows:
        out = console()
        out.print()
        out.print(facts(rows))


def _rescored(found: Rescoring, state: State) -> str:
    champion = state.champion
    told = f"version {found.version} of the problem: {found.verdict}"
    if champion is None or champion.step not in found.scores:
        return told
    old = {Split.SEARCH: champion.search.score, Split.VALIDATION: champion.validation.score}
    pairs = [
        f"{split} {shown_score(score)} -> {shown_score(found.scores[champion.step].get(split))}"
        for split, score in old.items()
    ]
    return f"{told}; step {champion.step}: {', '.join(pairs)}"


def shown_score(score: float | None) -> str:
    """A score, or a dash where there is none."""
    return "-" if score is None else f"{score:.4f}"


def _run_json(told: Outline, state: State) -> dict[str, Any]:
    champion, best = state.champion, state.archive.best
    return {
        "spec": msgspec.to_builtins(told.header.spec),
        "machine": dict(told.header.machine),
        "status": str(told.status.phase),
        "reason": told.status.reason,
        "evaluated": state.evaluated,
        "commits": state.commits,
        "champion": None
        if champion is None
        else {
            "step": champion.step,
            "id": champion.candidate.id,
            "operator": champion.candidate.operator,
            "search": champion.search.score,
            "validation": champion.validation.score,
        },
        "best_search": None if best is None else best.score,
        "archive": {
            "elites": len(state.archive),
            "cells": len(state.archive.grid),
            "digest": state.archive.digest(),
        },
        "operators": {name: asdict(tally) for name, tally in sorted(state.tallies.items())},
        "spent": {
            "usd": state.accounts.ledger.spent.usd,
            "tokens": state.accounts.ledger.spent.tokens,
            "in_doubt_usd": state.accounts.ledger.doubtful.usd,
            "in_doubt_tokens": state.accounts.ledger.doubtful.tokens,
        },
        "models": {name: asdict(spending) for name, spending in sorted(state.accounts.spending.items())},
        "faults": dict(state.faults),
        "quarantined": list(state.quarantined),
        "standings": msgspec.to_builtins(told.standings),
    }


def _print_run(run: str, told: Outline, state: State, started: str, evidence: Mapping[str, str]) -> None:
    out, spec = console(), told.header.spec
    out.print(Text(harmless(heading(run, spec)), style="bold"))
    out.print()
    rows = {"started": started, "status": str(told.status)}
    rows["evaluated"] = f"{state.evaluated} of {spec.max_evals}, in {state.commits} steps"
    rows["seeds"] = ", ".join(spec.seeds)
    if state.accounts.spending:
        budget = "" if spec.max_usd is None else f", of at most {dollars(spec.max_usd)}"
        rows["spent"] = spent_sentence(state.accounts.ledger) + budget
    rows |= _found(state)
    rows |= evidence
    rows["sandbox"] = sandbox_sentence(spec.sandbox, told.header.machine.get("sandbox_notes", ()))
    rows["faults"] = ", ".join(f"{kind} {n}" for kind, n in state.faults.most_common()) or "none"
    if state.quarantined:
        rows["quarantined"] = "beyond the bound: step " + ", ".join(map(str, state.quarantined))
    out.print(facts(rows))
    if state.tallies:
        out.print()
        out.print(_operator_table(state))
    if state.accounts.spending:
        out.print()
        out.print(model_table(state))
    for split in dict.fromkeys(row.split for row in told.standings):
        out.print()
        out.print(standings_table([row for row in told.standings if row.split == split]))


def _found(state: State) -> dict[str, str]:
    champion, best = state.champion, state.archive.best
    rows = {"champion": "none"}
    if champion is not None:
        scores = f"validation {champion.validation.score:.4f}, search {champion.search.score:.4f}"
        which = f"step {champion.step} by {champion.candidate.operator}, {champion.candidate.id[:ID_DIGITS]}"
        rows["champion"] = f"{which}: {scores}"
    if best is not None:
        rows["best"] = f"{best.score:.4f} on search, {best.candidate.id[:ID_DIGITS]}"
    rows["archive"] = f"{len(state.archive)} elites, {len(state.archive.grid)} cells"
    return rows


def _operator_table(state: State) -> Table:
    found = table("operator", "proposed", "evaluated", "kept", "kept %", "promoted")
    for name, tally in sorted(state.tallies.items(), key=lambda item: -item[1].proposed):
        share = f"{tally.accepted / tally.proposed:.0%}"
        found.add_row(
            Text(harmless(name)),
            str(tally.proposed),
            str(tally.evaluated),
            str(tally.accepted),
            share,
            str(tally.promoted),
        )
    return found
