"""How a run's end is told: the champion beside every baseline, one honest sentence, and what to do next."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evaluators.intervals import Interval
from evolve.cli.money import spent_sentence
from evolve.cli.terminal import console, number, table
from evolve.runs.accounts import SILENT
from evolve.runs.comparison import Standing
from evolve.runs.engine import EndReason
from evolve.runs.session import Ending
from evolve.runs.state import FRUITLESS, Champion
from evolve.search.candidate import SEED
from problems.base import Problem, Split

REASONS = {
    EndReason.MAX_EVALS: "its evaluations are spent",
    EndReason.MAX_MINUTES: "its minutes are spent",
    EndReason.MAX_USD: "its dollars are spent, or would be passed by another call",
    EndReason.MAX_TOKENS: "its tokens are spent, or would be passed by another call",
    EndReason.FRUITLESS: f"{FRUITLESS} proposals in a row were rejected",
    EndReason.NO_VALID_SEED: "no seed was without fault, so there was nothing to improve",
    EndReason.QUARANTINED: "too many scores passed their bound",
    EndReason.INTERRUPTED: "it was interrupted",
    EndReason.ENDPOINT: "no model could be asked",
    EndReason.SILENT: f"{SILENT} steps in a row brought no usable reply of a model",
    EndReason.REPEATED: "all that was recorded is repeated",
}


def print_ending(ending: Ending, problem: Problem, run: str, *, interrupted: bool) -> None:
    """Prints the table, the sentence, and the commands to go on with."""
    out, state = console(), ending.state
    out.print(
        f"\n{run} stopped after {state.evaluated} evaluations: {REASONS[ending.reason]}.", soft_wrap=True
    )
    if state.accounts.spending:
        out.print(f"Its models took {spent_sentence(state.accounts.ledger)}.", soft_wrap=True)
    if state.quarantined:
        steps = ", ".join(map(str, state.quarantined))
        out.print(
            f"A score passed its bound at step {steps}: the bound of {problem.name} is wrong, and no score "
            f"of this run is to be believed before it is mended. See: adrs show {run} {state.quarantined[0]}",
            soft_wrap=True,
        )
    for split in dict.fromkeys(row.split for row in ending.standings):
        rows = [row for row in ending.standings if row.split == split]
        out.print()
        out.print(standings_table(rows))
    if ending.standings and state.champion is not None:
        out.print()
        for sentence in verdict(ending.standings, state.champion, problem):
            out.print(sentence, soft_wrap=True)
    _next(out, problem, run, state.champion, interrupted=interrupted)


def standings_table(rows: Sequence[Standing]) -> Table:
    """Makes the table of one split, best first."""
    counts, dialects = list(rows[0].counts), list(dict.fromkeys(d for row in rows for d in row.dialects))
    confidence = next((f"{1 - row.lead.alpha:.0%}" for row in rows if row.lead), "95%")
    faults = ["faults"] if any(row.faults for row in rows) else []
    lead = f"champion's lead, {confidence} interval"
    found = table(str(rows[0].split), "score", lead, *dialects, *counts, *faults)
    found.columns[2].justify = "left"
    for row in rows:
        is_champion = row.lead is None
        cells = [row.name, f"{row.score:.4f}", "" if is_champion else str(row.lead)]
        cells += [f"{row.dialects[d]:.4g}" if d in row.dialects else "-" for d in dialects]
        cells += [number(row.counts[name]) for name in counts]
        cells += [str(row.faults)] if faults else []
        found.add_row(*map(Text, cells), style="bold" if is_champion else "")
    return found


def _own_score(standings: Sequence[Standing]) -> float:
    return next(row.score for row in standings if row.split is Split.VALIDATION and row.lead is None)


def verdict(standings: Sequence[Standing], champion: Champion, problem: Problem) -> list[str]:
    """Says honestly whether the champion beat the best baseline."""
    rows = [row for row in standings if row.split is Split.VALIDATION and row.lead is not None]
    best = max(rows, key=lambda row: row.score)
    assert best.lead is not None, "baselines have a lead"
    twin = next((b.name for b in problem.baselines if b.source == champion.candidate.source), None)
    if twin is not None and best.score <= _own_score(standings):
        return [f"The champion is the baseline {twin} itself: the search found nothing surely better."]
    is_seed = " (one of the seeds)" if best.name in problem.seeds else ""
    if best.lead.above_zero:
        return [
            f"The champion beat the best baseline, {best.name}{is_seed}, on validation: {best.lead}.",
            "Validation also chose this champion, so publish its score on holdout, not this one.",
        ]
    doubt = _doubt(best.lead)
    told = f"The champion did not beat the best baseline, {best.name}{is_seed}, on validation"
    return [f"{told}: {best.lead}; {doubt}."]


def _doubt(lead: Interval) -> str:
    if lead.high is None:
        return "there are too few blocks to be sure"
    return "the interval lies below 0" if lead.high < 0.0 else "the interval reaches 0"


def _next(out: Console, problem: Problem, run: str, champion: Champion | None, *, interrupted: bool) -> None:
    rows = [(f"adrs resume {run}", "go on; nothing is lost")] if interrupted else []
    rows.append((f"adrs show {run}", "the run: operators, faults, archive"))
    if champion is None:
        why = "yet" if interrupted else "since no candidate got through validation without a fault"
        out.print(f"There is no champion {why}.", soft_wrap=True)
    else:
        rows.append((f"adrs best {run} --out best.py", f"the champion's source (step {champion.step})"))
        if champion.candidate.operator != SEED:
            unseen = "its score where nothing was chosen by: the one to publish"
            rows.append((f"adrs eval {problem.name} best.py --split holdout", unseen))
    out.print()
    grid = Table.grid(padding=(0, 3))
    for command, what in rows:
        grid.add_row(command, Text(what, style="dim"))
    out.print(grid)
