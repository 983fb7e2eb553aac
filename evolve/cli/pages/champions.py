"""The champion: its program, what sets it apart from what it was made of, and how it came about."""

from collections.abc import Iterator, Sequence
from typing import Final

from evolve.cli.money import dollars
from evolve.cli.pages.document import Section
from evolve.cli.pages.dossiers import Dossier, compared
from evolve.cli.pages.elements import Markup, element, facts, joined, paragraph, preformatted, table
from evolve.cli.pages.sources import comparison, cut, program
from evolve.cli.pages.words import command, gain, lead, score
from evolve.runs.ablations import Undone
from evolve.runs.lines import Line
from evolve.runs.state import Champion
from evolve.search.candidate import SEED

MOST_ANCESTORS: Final = 60
"""Rows of a lineage, the latest."""
_PRINTED: Final = 4_000
_HEADLINE: Final = 80
"""Characters of a change's first line."""


def champion(run: Dossier) -> Section:
    """Shows the champion's program; says why there is none where there is none."""
    found = run.state.champion
    if found is None:
        told = f"No candidate of {run.state.evaluated} got through validation without a fault."
        return Section("Champion", paragraph(told))
    step = found.step
    shown = program(found.candidate.source, f"Program of step {step}", command("best", run.name))
    rows = {
        "step": f"{step}, {_made(found, run)}",
        "search": score(found.search.score),
        "validation": score(found.validation.score),
        "program": f"{len(found.candidate.source.splitlines()):,} lines, SHA-256 {found.candidate.id}",
    }
    return Section("Champion", joined(facts(rows), shown, _printed(found, run)))


def _made(found: Champion, run: Dossier) -> str:
    seeds, candidate = run.spec.seeds, found.candidate
    if candidate.operator == SEED:
        return f"the seed {seeds[found.step]}" if found.step < len(seeds) else "a seed"
    return f"made by {candidate.operator}" + ("" if candidate.model is None else f" with {candidate.model}")


def _printed(found: Champion, run: Dossier) -> Markup:
    """Shows what it printed when it was measured, if it did."""
    printed = found.validation.printed or found.search.printed
    if printed is None:
        return Markup()
    instance, text = printed
    shown, told = cut(text, _PRINTED, command("show", run.name, found.step))
    return joined(
        paragraph(f"What it printed on {instance}:"), preformatted("What the policy printed", shown), told
    )


def changes(run: Dossier) -> Section | None:
    """Shows what sets the champion apart from its best ancestor and its seed; None without a champion."""
    found = run.state.champion
    if found is None:
        return None
    others = compared(run.ancestors)
    if not others:
        return Section("What was changed", paragraph(_unchanged(run, found)))
    parts = (_change(run, line, found) for line in others)
    return Section("What was changed", joined(*parts))


def _unchanged(run: Dossier, found: Champion) -> str:
    twin = next((b.name for b in run.problem.baselines if b.source == found.candidate.source), None)
    seed = "a policy that the search was given" if twin is None else f"the baseline {twin} itself"
    return f"Nothing: the champion is {seed}."


def _change(run: Dossier, line: Line, found: Champion) -> Markup:
    seeds = run.spec.seeds
    known = line.operator == SEED and line.step < len(seeds)
    what = (
        f"the seed {seeds[line.step]}, step {line.step}" if known else f"its best ancestor, step {line.step}"
    )
    names = (f"step {line.step}", f"step {found.step}")
    whole = command("diff", run.name, line.step, found.step)
    scores = f"{score(line.search)} to {score(found.search.score)} on search"
    told = paragraph(f"From {what}, to the champion, step {found.step}: {scores}.")
    return joined(told, comparison(run.sources[line.step], found.candidate.source, names, whole))


def worth(run: Dossier) -> Section | None:
    """Tells how the champion does with one of its changes undone; None if nobody tried."""
    found = run.ablation
    if found is None:
        return None
    columns = ["line", "change", "verdict", "lines", "without it", "worth, 95 % interval"]
    rows = [*(_undone(each, str(each.at)) for each in found.changes), _undone(found.whole, "all")]
    caption = f"Step {found.step}, {score(found.score)} on validation, with each change since step "
    caption += f"{found.against} undone once; a change is worth what the candidate loses without it"
    return Section("What each change is worth", table(caption, columns, rows, left=3))


def _undone(found: Undone, line: str) -> Sequence[str]:
    change = "" if line == "all" else found.headline
    change = f"{change[:_HEADLINE]}…" if len(change) > _HEADLINE else change
    lines = element("span", f"+{found.added} -{found.removed}", class_="ends")
    return line, element("code", change), found.verdict, lines, score(found.score), lead(found.worth)


def lineage(run: Dossier) -> Section | None:
    """Tells all that the champion was made of; None without a champion, or if it is a seed."""
    if len(run.ancestors) < 2:
        return None
    shown = run.ancestors[-MOST_ANCESTORS:]
    caption = "All that the champion was made of; an edit bought its score less that of what it changed"
    columns = ["step", "made by", "from", "search", "bought", "validation", "model's cost"]
    found = table(caption, columns, _rows(run, shown), left=3)
    left_out = len(run.ancestors) - len(shown)
    note = paragraph(
        f"{left_out} earlier ancestors are left out: ", element("code", command("candidates", run.name))
    )
    return Section("Lineage", joined(found, note) if left_out else found)


def _rows(run: Dossier, shown: Sequence[Line]) -> Iterator[Sequence[str]]:
    for line in shown:
        before = run.lines[line.parents[0]].search if line.parents else None
        bought = None if before is None or line.search is None else line.search - before
        maker = line.operator if line.model is None else f"{line.operator}, {line.model}"
        seed = line.operator == SEED and line.step < len(run.spec.seeds)
        yield (
            f"{line.step}, promoted" if line.promoted else str(line.step),
            f"{maker}: {run.spec.seeds[line.step]}" if seed else maker,
            ", ".join(map(str, line.parents)) or "-",
            score(line.search),
            gain(bought),
            score(line.validation),
            dollars(line.usd) if line.usd else "-",
        )
