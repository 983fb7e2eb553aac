"""`adrs rescore RUN`: candidates measured anew by the evaluator as it is now, beside their old scores."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from evaluators.machine import machine
from evaluators.values import Evaluation
from evolve.cli.bar import bar
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.measuring import Bench, Means
from evolve.cli.report import sandbox_sentence
from evolve.cli.run_names import run_named
from evolve.cli.terminal import console, facts, harmless, table, write_json
from evolve.runs.digests import changed, digests
from evolve.runs.header import Header
from evolve.runs.packing import Layout
from evolve.runs.rescoring import (
    STAGES,
    Anew,
    Chosen,
    Rescoring,
    crowned,
    new_challengers,
    ranks_changed,
    rescored_drafts,
    rescorings,
)
from evolve.runs.setting import Setting
from evolve.runs.store import Store
from evolve.runs.trial import Trial
from problems.base import Split


def rescore(db: Path, run: str, *, every: bool, workers: int | None, as_json: bool) -> Exit:
    """Measures anew, writes what came of it into the log, and prints it beside the old scores."""
    with Store.open(db, create=False) as store:
        store.refuse_written(run_named(run), at=time.time())  # before minutes are spent
        header = Header.read(store, run)
        setting = Setting.load(header.spec.problem, header.spec.workload)
        chosen = Chosen.read(store, run, setting.problem.axes, every=every)
        if not chosen.trials:
            raise Misuse(f"run {run!r} has no candidate that was measured; let it go on: adrs resume {run}")
        found = asyncio.run(_measured(setting, chosen, Means(workers, header.spec.sandbox)))
        layouts = {split: Layout.of(instances) for split, instances in setting.stages.items()}
        drafts = rescored_drafts(found, layouts, _summary(header, setting, chosen, found))
        store.append(run, drafts, at=time.time())
        told = rescorings(store, run)[-1]
    if as_json:
        write_json(_as_json(run, found, told))
    else:
        _print(run, header, found, told)
    return _code(run, found, told)


async def _measured(setting: Setting, chosen: Chosen, means: Means) -> list[Anew]:
    """Measures all on SEARCH, then on VALIDATION those that were there, and those that would be now."""
    async with Bench.started(setting, means) as bench:
        with bar("measuring anew") as progress:
            searched = []
            for done, trial in enumerate(chosen.trials):
                progress(done, len(chosen.trials))
                searched.append(await _searched(bench, trial))
            late = [one for one in searched if Split.VALIDATION in one.trial.evaluations]
            late += new_challengers(searched, chosen.champion)
            validated = dict[int, Evaluation]()
            for done, each in enumerate(late):
                progress(done, len(late))
                validated[each.trial.step] = await _evaluated(bench, each.trial, Split.VALIDATION)
    return [
        Anew(one.trial, {**one.evaluations, Split.VALIDATION: validated[one.trial.step]})
        if one.trial.step in validated
        else one
        for one in searched
    ]


async def _searched(bench: Bench, trial: Trial) -> Anew:
    """Measures on SEARCH; what came no further than SMOKE must get through that first."""
    found = dict[Split, Evaluation]()
    if Split.SEARCH not in trial.evaluations:
        found[Split.SMOKE] = await _evaluated(bench, trial, Split.SMOKE)
        if found[Split.SMOKE].faults or not found[Split.SMOKE].complete:
            return Anew(trial, found)
    found[Split.SEARCH] = await _evaluated(bench, trial, Split.SEARCH)
    return Anew(trial, found)


async def _evaluated(bench: Bench, trial: Trial, split: Split) -> Evaluation:
    assert trial.candidate is not None, "what was measured is a candidate"
    found = await bench.measure(f"step {trial.step}", trial.candidate.source, split, quiet=True)
    return found.evaluation


def _summary(header: Header, setting: Setting, chosen: Chosen, found: Sequence[Anew]) -> Mapping[str, Any]:
    now = digests(setting.problem, setting.stages)
    return {
        "version": setting.problem.version,
        "changed": list(changed(header.digests, now)),
        "digests": now,
        "champion": [chosen.champion, crowned(found, header.spec.seed, setting.problem.axes)],
        "alike": sum(one.is_alike for one in found),
        "ranks": ranks_changed(found),
        "machine": machine(),
    }


def _code(run: str, found: Sequence[Anew], told: Rescoring) -> Exit:
    beyond = [one.trial.step for one in found if one.renewed.beyond_bound]
    if beyond:
        say(f"scores pass their bound, which is a hole in the problem: step {', '.join(map(str, beyond))}")
        return Exit.REFUSED
    if not told.changed and told.alike < told.measured:
        say(f"nothing has changed since run {run!r} was made, and yet it comes out otherwise")
        return Exit.POLICY
    return Exit.DONE


def _print(run: str, header: Header, found: Sequence[Anew], told: Rescoring) -> None:
    out = console()
    out.print(Text(harmless(f"{run}: {header.spec.problem}, measured anew"), style="bold"))
    out.print()
    out.print(_table(found, told))
    out.print()
    since = ", ".join(told.changed) or "nothing, so all must come out alike"
    rows = {"verdict": told.verdict, "changed since": since}
    rows["old scores"] = f"stay the run's; adrs show {run} tells both"
    rows["sandbox"] = sandbox_sentence(header.spec.sandbox)
    out.print(facts(rows))


def _table(found: Sequence[Anew], told: Rescoring) -> Table:
    rows = table("step", "", "search", "now", "change", "validation", "now", "change", left=2)
    before, after = told.champion
    marks = {after: "would be champion", before: "was champion"}
    marks |= {before: "champion"} if before == after else {}
    for one in sorted(found, key=lambda one: -(one.scores(Split.SEARCH)[1] or 0.0)):
        cells = [cell for split in STAGES for cell in _cells(*one.scores(split))]
        rows.add_row(str(one.trial.step), marks.get(one.trial.step, ""), *cells)
    return rows


def _cells(old: float | None, new: float | None) -> tuple[str, str, str]:
    difference = "-" if old is None or new is None else "=" if old == new else f"{new - old:+.4f}"
    return _score(old), _score(new), difference


def _score(score: float | None) -> str:
    return "-" if score is None else f"{score:.4f}"


def _as_json(run: str, found: Sequence[Anew], told: Rescoring) -> Mapping[str, Any]:
    rows = [
        {
            "step": one.trial.step,
            "alike": one.is_alike,
            **{str(split): dict(zip(("old", "new"), one.scores(split), strict=True)) for split in STAGES},
        }
        for one in found
    ]
    summary = {name: value for name, value in asdict(told).items() if name != "scores"}
    return {"run": run, **summary, "verdict": told.verdict, "candidates": rows}
