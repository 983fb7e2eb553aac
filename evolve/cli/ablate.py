"""`adrs ablate RUN [CANDIDATE]`: which of a candidate's changes are of use, each undone once."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rich.table import Table
from rich.text import Text

from evaluators.intervals import paired
from evaluators.values import Evaluation
from evolve.cli.bar import bar
from evolve.cli.candidate import Found, found_trial
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.measuring import Bench, Means
from evolve.cli.report import fault_table, sandbox_sentence
from evolve.cli.run_names import run_named
from evolve.cli.terminal import console, facts, harmless, one_line, table, write_json
from evolve.runs.ablations import Ablation, Result, Undone, ablation_draft
from evolve.runs.header import Header
from evolve.runs.history import champion_source
from evolve.runs.setting import Setting
from evolve.runs.store import Store
from evolve.runs.verifications import Lead
from evolve.search.hunks import Hunk, hunks
from evolve.search.novelty import fingerprint
from evolve.search.syntax import compiles
from problems.base import Split

_SHOWN_CHARACTERS = 32
"""Of a change's first line."""


@dataclass(frozen=True, slots=True)
class AblateRequest:
    """The verb's options, as they came.

    Attributes:
        candidate: None for the champion.
        against: None for the candidate's first parent.
        most: Changes at most; nearer ones are taken together.
    """

    run: str
    candidate: str | None
    against: str | None
    most: int
    workers: int | None
    as_json: bool
    db: Path


@dataclass(frozen=True, slots=True)
class _Pair:
    """A candidate, what it is held against, and where they differ."""

    header: Header
    steps: tuple[int, int]
    newer: str
    older: str
    hunks: tuple[Hunk, ...]


def ablate(request: AblateRequest) -> Exit:
    """Measures, prints, and writes what came of it into the run's log."""
    pair = _pair(request)
    spec = pair.header.spec
    setting = Setting.load(spec.problem, spec.workload, [Split.VALIDATION])
    measured = asyncio.run(_measured(pair, setting, Means(request.workers, spec.sandbox)))
    if isinstance(measured, Evaluation):
        console(stderr=True).print(fault_table(measured.faults))
        say(f"step {pair.steps[0]} fails on validation, so no change of it is of use")
        return Exit.POLICY
    with Store.open(request.db, create=False) as store:
        store.append(request.run, [ablation_draft(measured)], at=time.time())
    if request.as_json:
        write_json(_as_json(request.run, pair, measured))
    else:
        _print(request.run, pair, measured)
    return Exit.DONE


def _pair(request: AblateRequest) -> _Pair:
    """Finds both candidates.

    Raises:
        Misuse: There is none, it has no parent, or they do not differ.
        RunLocked: The run goes on.
    """
    if request.most < 1:
        raise Misuse(f"expected --most of at least 1, but got {request.most}")
    with Store.open(request.db, create=False) as store:
        store.refuse_written(run_named(request.run), at=time.time())  # before minutes are spent
        header = Header.read(store, request.run)
        new = found_trial(store, request.run, request.candidate or _champion(store, request.run))
        old = found_trial(store, request.run, request.against or _parent(new, request.run))
    newer, older = _source(new, request.run), _source(old, request.run)
    found = hunks(older, newer, most=request.most)
    steps = new.trial.step, old.trial.step
    if not found:
        raise Misuse(f"steps {steps[0]} and {steps[1]} of run {request.run!r} are the same text")
    return _Pair(header, steps, newer, older, found)


def _champion(store: Store, run: str) -> str:
    champion = champion_source(store, run)
    if champion is None:
        raise Misuse(f"run {run!r} has no champion yet; name a candidate, as in: adrs candidates {run}")
    return str(champion[0])


def _parent(found: Found, run: str) -> str:
    candidate, step = found.trial.candidate, found.trial.step
    if candidate is None or not candidate.parents:
        what = "is a seed" if candidate is not None else "came to no candidate"
        raise Misuse(f"step {step} of run {run!r} {what}; name what it is held against: --against STEP")
    return str(found.steps[candidate.parents[0]])


def _source(found: Found, run: str) -> str:
    candidate = found.trial.candidate
    if candidate is None:
        raise Misuse(f"step {found.trial.step} of run {run!r} came to no candidate ({found.trial.reason})")
    return candidate.source


async def _measured(pair: _Pair, setting: Setting, means: Means) -> Ablation | Evaluation:
    """Measures all; gives the candidate's own evaluation where it fails."""
    newer, older = pair.steps
    say(f"changes of step {newer} since step {older} that are undone, one at a time: {len(pair.hunks)}")
    async with Bench.started(setting, means) as bench:
        with bar("undoing changes") as progress:
            own = await _evaluated(bench, pair.newer)
            if own.score is None or own.faults:
                return own
            every = Hunk(1, tuple(pair.older.splitlines(True)), tuple(pair.newer.splitlines(True)))
            found = []
            for done, hunk in enumerate((every, *pair.hunks)):
                progress(done, 1 + len(pair.hunks))
                found.append(await _undone(bench, pair.newer, own, hunk))
    whole, *changes = found
    added, removed = sum(c.added for c in changes), sum(c.removed for c in changes)
    return Ablation(
        step=pair.steps[0],
        against=pair.steps[1],
        problem=setting.problem.name,
        version=setting.problem.version,
        workload=setting.workload,
        score=own.score,
        whole=msgspec.structs.replace(whole, change="", added=added, removed=removed),
        changes=changes,
    )


async def _evaluated(bench: Bench, source: str) -> Evaluation:
    return (await bench.measure("a candidate", source, Split.VALIDATION, quiet=True)).evaluation


async def _undone(bench: Bench, newer: str, own: Evaluation, hunk: Hunk) -> Undone:
    """Undoes one change, and measures what is left if it is another program."""
    source = hunk.undone(newer)
    found = Undone(
        at=hunk.at,
        change=str(hunk),
        added=len(hunk.new),
        removed=len(hunk.old),
        result=Result.MEASURED,
        score=None,
        worth=None,
        fault=None,
    )
    if not compiles(source):
        return msgspec.structs.replace(found, result=Result.UNPARSABLE)
    if fingerprint(source) == fingerprint(newer):
        return msgspec.structs.replace(found, result=Result.ALIKE)
    evaluation = await _evaluated(bench, source)
    fault = next((f"{fault.rule} on {name}" for name, fault in evaluation.faults), None)
    if evaluation.score is None:
        return msgspec.structs.replace(found, result=Result.LATE, fault=fault)
    is_idle = [m.score for m in evaluation.measurements] == [m.score for m in own.measurements]
    result = Result.FAULT if fault is not None else Result.IDLE if is_idle else Result.MEASURED
    return msgspec.structs.replace(
        found, result=result, score=evaluation.score, worth=_worth(own, evaluation), fault=fault
    )


def _worth(own: Evaluation, other: Evaluation) -> Lead:
    found = paired(own.measurements, other.measurements, np.random.default_rng(0))
    return Lead(
        against="without it",
        tuned=False,
        difference=found.difference,
        low=found.low,
        high=found.high,
        blocks=found.blocks,
    )


def _print(run: str, pair: _Pair, found: Ablation) -> None:
    out = console()
    head = f"{run}: step {found.step}, each change since step {found.against} undone once"
    out.print(Text(harmless(head), style="bold"))
    out.print()
    out.print(_table(found))
    out.print()
    rows = {
        "score": f"{found.score:.4f} on validation, measured anew with all that follow",
        "worth": "the candidate minus what is left without the change: paired bootstrap by blocks, 95 % each",
        "changes": f"adrs diff {run} {found.against} {found.step}",
        "sandbox": sandbox_sentence(pair.header.spec.sandbox),
    }
    out.print(facts(rows))


def _table(found: Ablation) -> Table:
    rows = table("line", "change", "lines", "without it", "worth", "verdict", left=2)
    rows.columns[0].justify, rows.columns[1].no_wrap = "right", True
    rows.columns[5].justify, rows.columns[5].no_wrap = "left", False
    for undone in found.changes:
        rows.add_row(str(undone.at), one_line(_cut(undone.headline)), *_cells(undone))
    rows.add_row("all", "", *_cells(found.whole))
    return rows


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 3]}..."


def _cells(undone: Undone) -> Sequence[str]:
    score = "-" if undone.score is None else f"{undone.score:.4f}"
    worth = "-" if undone.worth is None else str(undone.worth)
    return f"+{undone.added} -{undone.removed}", score, worth, one_line(undone.verdict)


def _as_json(run: str, pair: _Pair, found: Ablation) -> Mapping[str, Any]:
    plain = msgspec.to_builtins(found)
    for told, undone in zip((plain["whole"], *plain["changes"]), (found.whole, *found.changes), strict=True):
        told["verdict"] = undone.verdict
    return {"run": run, **plain, "sandbox": str(pair.header.spec.sandbox)}
