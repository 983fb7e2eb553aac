"""`adrs compare RUN RUN...`: what several runs found, beside each other."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from evaluators.intervals import Interval, paired
from evolve.cli.exits import Exit, Misuse
from evolve.cli.money import dollars
from evolve.cli.report import sandbox_sentence
from evolve.cli.run_names import run_named
from evolve.cli.terminal import console, facts, one_line, table, write_json
from evolve.runs.header import Header
from evolve.runs.history import Outline, outline, rebuild
from evolve.runs.state import State
from evolve.runs.store import Store
from problems.base import Split
from problems.registry import get
from problems.workload_file import spoken

FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Told:
    """One run, with all that is told of it."""

    name: str
    outline: Outline
    state: State

    @property
    def header(self) -> Header:
        """What it was asked."""
        return self.outline.header

    @property
    def validation(self) -> float | None:
        """The champion's score on VALIDATION; None without a champion."""
        return None if self.state.champion is None else self.state.champion.validation.score

    @property
    def over_baseline(self) -> Interval | None:
        """The champion's lead over the best baseline, once the run has compared them."""
        best = get(self.header.spec.problem).best_baseline.name
        rows = (s for s in self.outline.standings if s.split is Split.VALIDATION and s.name == best)
        return next((row.lead for row in rows), None)


@dataclass(frozen=True, slots=True)
class Lead:
    """A champion beside that of the first run.

    Attributes:
        interval: Its score minus that of the first run's champion, paired; None where that cannot be.
        reason: Why not; empty if it can.
    """

    interval: Interval | None
    reason: str = ""


def compare_runs(db: Path, names: Sequence[str], *, as_json: bool) -> Exit:
    """Compares runs, each with the first."""
    if len(names) < FEWEST or len(set(names)) < len(names):
        raise Misuse(f"expected two runs or more, each once, but got: {' '.join(names)}")
    with Store.open(db, create=False) as store:
        runs = [_told(store, run_named(name)) for name in names]
    leads = [lead_over(runs[0], run) for run in runs]
    if as_json:
        write_json({"runs": [_as_json(run, lead) for run, lead in zip(runs, leads, strict=True)]})
    else:
        _print(runs, leads)
    return Exit.DONE


def _told(store: Store, name: str) -> Told:
    found = outline(store, name, now=time.time())
    return Told(name, found, rebuild(store, name, found.header, get(found.header.spec.problem).axes))


def lead_over(first: Told, run: Told) -> Lead:
    """Holds a run's champion against that of the first, on VALIDATION."""
    if run is first:
        return Lead(None, "the first")
    differing = apart(first.header, run.header)
    if differing:
        return Lead(None, f"not comparable: another {differing}")
    ours, theirs = run.state.champion, first.state.champion
    if ours is None or theirs is None:
        return Lead(None, "no champion to compare")
    pairs = ours.validation.measurements, theirs.validation.measurements
    return Lead(paired(*pairs, np.random.default_rng(0)))


def apart(one: Header, other: Header) -> str:
    """Names what makes scores of two runs incomparable; empty if nothing does."""
    if (one.spec.problem, one.spec.workload) != (other.spec.problem, other.spec.workload):
        return "problem or workload"
    if one.spec.sandbox != other.spec.sandbox:
        return "sandbox mode"
    names = (f"version of problem {one.spec.problem}", f"{Split.VALIDATION} instances")
    return "" if all(one.digests.get(n) == other.digests.get(n) for n in names) else "version of the problem"


def _print(runs: Sequence[Told], leads: Sequence[Lead]) -> None:
    paid = any(run.state.accounts.ledger.spent.usd for run in runs)
    columns = ["run", "problem", "seed", "evaluated", "search", "validation", *(["cost"] if paid else [])]
    found = table(*columns, "over best baseline", "over first", left=2)
    found.columns[1].no_wrap = True
    for run, lead in zip(runs, leads, strict=True):
        over_first = _interval(lead.interval) or "-"
        found.add_row(*_cells(run, paid=paid), _interval(run.over_baseline), over_first)
    out = console()
    out.print(found)
    out.print()
    out.print(facts(dict(_facts(runs, leads))))


def _cells(run: Told, *, paid: bool) -> Iterator[str]:
    spec, best = run.header.spec, run.state.archive.best
    yield one_line(run.name)
    yield spec.problem if spec.workload == "generated" else f"{spec.problem}, {spoken(spec.workload)}"
    yield str(spec.seed)
    yield str(run.state.evaluated)
    yield _score(None if best is None else best.score)
    yield _score(run.validation)
    if paid:
        yield dollars(run.state.accounts.ledger.spent.usd)


def _facts(runs: Sequence[Told], leads: Sequence[Lead]) -> Iterator[tuple[str, str]]:
    yield (
        "scores",
        "of champions on validation; paired bootstrap by blocks, 95 %, not corrected for several runs",
    )
    yield "search", "the best of the archive there, chosen for it"
    for run, lead in zip(runs[1:], leads[1:], strict=True):
        if lead.interval is None:
            yield run.name, lead.reason
    modes = sorted({run.header.spec.sandbox for run in runs})
    yield "sandbox", " / ".join(sandbox_sentence(mode) for mode in modes)


def _score(score: float | None) -> str:
    return "-" if score is None else f"{score:.4f}"


def _interval(interval: Interval | None) -> str:
    return "" if interval is None else str(interval)


def _as_json(run: Told, lead: Lead) -> Mapping[str, Any]:
    spec, best, champion = run.header.spec, run.state.archive.best, run.state.champion
    over = run.over_baseline
    return {
        "name": run.name,
        "problem": spec.problem,
        "workload": spec.workload,
        "proposer": str(spec.proposer),
        "seed": spec.seed,
        "evaluated": run.state.evaluated,
        "usd": run.state.accounts.ledger.spent.usd,
        "best_search": None if best is None else best.score,
        "champion": None if champion is None else champion.step,
        "validation": run.validation,
        "over_baseline": None if over is None else asdict(over),
        "over_first": None if lead.interval is None else asdict(lead.interval),
        "not_compared": lead.reason or None,
        "sandbox": str(spec.sandbox),
    }
