"""The whole page: how several runs compare, each of them, and whose work they rest on."""

from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from typing import Final

from evolve.cli.cite import Bibliography
from evolve.cli.compare import Lead, Told, apart, lead_over
from evolve.cli.money import dollars
from evolve.cli.pages import champions, outcomes, searches
from evolve.cli.pages.document import Section, document
from evolve.cli.pages.dossiers import Dossier
from evolve.cli.pages.elements import Markup, element, joined, paragraph, preformatted, table
from evolve.cli.pages.pictures import drawn
from evolve.cli.pages.words import lead, moment, score
from evolve.figures.cells import Cells
from evolve.figures.gaps import GapFigure
from evolve.figures.progress import OVER, Progress
from evolve.figures.scores import Scores
from evolve.figures.traced import Traced
from problems.base import Split
from problems.workload_file import spoken

_EVALUATIONS, _DOLLARS = OVER
_NAMED: Final = 3
"""Runs that a title can name."""


def report(runs: Sequence[Dossier], cited: Bibliography) -> str:
    """Writes the page.

    Args:
        runs: At least one, each once, in the order in which they are told.
    """
    names = ", ".join(run.name for run in runs) if len(runs) <= _NAMED else f"{len(runs)} runs"
    problems = ", ".join(dict.fromkeys(run.spec.problem for run in runs))
    latest = moment(max(run.row.last_at for run in runs))
    told = f"Problem {problems}. Written by adrs {version('adrs')} from the logs as they stood at {latest}."
    many = [_overview(runs)] if len(runs) > 1 else []
    each = (_run(run, f"r{number}") for number, run in enumerate(runs, 1))
    sections = [*many, *each, _literature(cited)]
    return document(f"adrs report: {names}", paragraph(told), sections)


def _overview(runs: Sequence[Dossier]) -> Section:
    columns = ["run", "what was asked", "status", "verified", "evaluated", "validation"]
    columns += ["over the best baseline", "over the first run", "cost"]
    told = [run.told for run in runs]
    leads = (lead_over(told[0], each) for each in told)
    rows = (_line(*row) for row in zip(runs, told, leads, strict=True))
    caption = "Runs and their champions on validation; intervals of 95 %, paired bootstrap by blocks, not "
    caption += "corrected for several runs"
    figures = (_together(group, f"t{n}") for n, group in enumerate(_alike(runs), 1) if len(group) > 1)
    return Section("Side by side", joined(table(caption, columns, rows, left=4), *figures))


def _line(run: Dossier, told: Told, beside: Lead) -> Sequence[str]:
    spec, latest = run.spec, run.verified.latest
    spent = run.state.accounts.ledger.spent.usd
    return (
        run.name,
        f"{spec.problem}, {spoken(spec.workload)}, {spec.proposer}, seed {spec.seed}",
        str(run.traced.outline.status.phase),
        "no" if latest is None else str(latest.verdict.status),
        f"{run.state.evaluated:,}",
        score(told.validation),
        lead(told.over_baseline),
        beside.reason or lead(beside.interval),
        dollars(spent) if spent else "-",
    )


def _alike(runs: Sequence[Dossier]) -> list[list[Traced]]:
    """Groups runs that can share a figure: those with a champion, which can be compared."""
    found: list[list[Traced]] = []
    for run in (run for run in runs if run.state.champion is not None):
        group = next((g for g in found if not apart(g[0].header, run.traced.header)), None)
        if group is None:
            found.append([run.traced])
        else:
            group.append(run.traced)
    return found


def _together(group: Sequence[Traced], key: str) -> Markup:
    names = ", ".join(run.name for run in group)
    title = f"Champions of {names} over evaluations"
    return drawn(lambda: Progress.of(group, Split.VALIDATION, _EVALUATIONS), title, key)


def _run(run: Dossier, key: str) -> Section:
    parts = (
        outcomes.asked(run),
        outcomes.standings(run),
        Section("Figures", element("div", *_figures(run, key), class_="figures")),
        outcomes.verification(run),
        outcomes.devices(run),
        outcomes.rescored(run),
        champions.champion(run),
        champions.changes(run),
        champions.worth(run),
        champions.lineage(run),
        searches.tried(run),
        searches.faults(run),
        searches.costs(run),
        searches.marks(run),
        searches.checking(run),
    )
    return Section(
        f"Run {run.name}", outcomes.summary(run), tuple(part for part in parts if part is not None)
    )


def _figures(run: Dossier, key: str) -> Iterator[Markup]:
    alone = [run.traced]
    if not run.traced.points:
        yield paragraph("Nothing was measured, so there is nothing to draw.")
        return
    if run.state.champion is not None:
        validation = Split.VALIDATION
        yield drawn(lambda: Progress.of(alone, validation, _EVALUATIONS), "Champion so far", f"{key}a")
        if run.state.accounts.ledger.spent.usd:
            yield drawn(lambda: Progress.of(alone, validation, _DOLLARS), "Champion for its price", f"{key}b")
    yield drawn(lambda: Progress.of(alone, Split.SEARCH, _EVALUATIONS), "Best on search so far", f"{key}c")
    for split in dict.fromkeys(row.split for row in run.traced.outline.standings):
        yield drawn(partial(Scores.of, alone, split), f"Champion and baselines, {split}", f"{key}{split}")
    if run.state.champion is not None:
        yield drawn(lambda: GapFigure.of(alone, Split.VALIDATION), "Gap to the bound", f"{key}d")
    # Its caption names the colour of empty cells, so that it keeps those of paper.
    yield element("div", drawn(lambda: Cells.of(alone), "Archive", f"{key}e"), class_="printed")


def _literature(cited: Bibliography) -> Section:
    remarks = (paragraph(f"{remark[0].upper()}{remark[1:]}.") for remark in cited.remarks)
    entries = preformatted("BibTeX", "\n".join(cited.entries))
    return Section(
        "Literature", joined(paragraph("Whose work these numbers rest on, as BibTeX."), entries, *remarks)
    )
