"""What a search tried, what failed, what it took, and what people said of it."""

from typing import Final

from evolve.cli.money import dollars, spent_sentence
from evolve.cli.pages.document import Section
from evolve.cli.pages.dossiers import Dossier
from evolve.cli.pages.elements import Markup, element, facts, joined, listed, paragraph, preformatted, table
from evolve.cli.pages.words import command, moment
from evolve.cli.terminal import whole
from evolve.runs.marks import Note
from evolve.runs.state import Tally
from problems.base import Split

_MOST_NOTES: Final = 100


def tried(run: Dossier) -> Section:
    """Tells what became of the proposals of every operator, and how steps ended."""
    if not run.lines:
        return Section("What was tried", paragraph("No step has ended yet."))
    columns = ["operator", "proposed", "evaluated", "kept", "share kept", "promoted"]
    rows = (
        (name, str(t.proposed), str(t.evaluated), str(t.accepted), _share(t), str(t.promoted))
        for name, t in sorted(run.state.tallies.items(), key=lambda item: (-item[1].proposed, item[0]))
    )
    proposals = table("Proposals by operator; kept are those that entered the archive", columns, rows)
    by_outcome = sorted(run.effort.ends.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    ends = ((*(word.replace("_", " ") for word in words), str(n)) for words, n in by_outcome)
    ended = table("How steps ended, and why", ["outcome", "reason", "steps"], ends, left=2)
    return Section("What was tried", joined(proposals, ended))


def _share(tally: Tally) -> str:
    return f"{tally.accepted / tally.proposed:.0%}"


def faults(run: Dossier) -> Section:
    """Tells how candidates failed."""
    found = sorted(run.effort.failing.values(), key=lambda each: (-each.candidates, each.step))
    if not found:
        return Section("Faults", paragraph("No candidate that was measured failed."))
    rows = ((f.kind, f.rule, f.message, str(f.step), str(f.candidates)) for f in found)
    caption = "Faults by kind and rule; a candidate may have several"
    columns = ["kind", "rule", "what was said the first time", "first at step", "candidates"]
    return Section("Faults", table(caption, columns, rows, left=3))


def costs(run: Dossier) -> Section:
    """Tells what a run took: dollars, tokens, time."""
    accounts = run.state.accounts
    measuring = {"measuring": f"{whole(run.effort.cpu_s)} of CPU in the candidates' processes"}
    if not accounts.spending and not accounts.ledger.spent.tokens:
        return Section("Cost", facts({"models": "none was asked", **measuring}))
    gained = _gained(run)
    price = dollars(accounts.ledger.spent.usd / (100 * gained)) if gained > 0.0 else ""
    rows = {"models": spent_sentence(accounts.ledger), **measuring}
    if price:
        rows["for 0.01 gained"] = f"{price}: the champion is {gained:+.4f} above the best seed on validation"
    return Section("Cost", joined(facts(rows), _models(run) if accounts.spending else ""))


def _gained(run: Dossier) -> float:
    """How far the champion is above the best seed on VALIDATION; 0 if there is nothing to compare."""
    found = (evaluations.get(Split.VALIDATION) for evaluations in run.traced.seeds.values())
    seeds = [e.score for e in found if e is not None and e.score is not None]
    champion = run.state.champion
    if champion is None or champion.validation.score is None or not seeds:
        return 0.0
    return champion.validation.score - max(seeds)


def _models(run: Dossier) -> Markup:
    columns = ["model", "calls", "tokens in", "tokens out", "cost", "in doubt", "usage estimated"]
    by_cost = sorted(run.state.accounts.spending.items(), key=lambda item: (-item[1].usd, item[0]))
    rows = (
        (
            name, f"{s.calls:,}", f"{s.input_tokens:,}", f"{s.output_tokens:,}",
            dollars(s.usd), str(s.doubtful), str(s.estimated),
        )
        for name, s in by_cost
    )  # fmt: skip
    return table("What each model was asked, and took", columns, rows)


def marks(run: Dossier) -> Section | None:
    """Shows tags and notes; None if nobody wrote any."""
    tags = {f"step {step}": ", ".join(found) for step, found in sorted(run.marks.tags.items())}
    shown, left_out = run.marks.notes[-_MOST_NOTES:], len(run.marks.notes[:-_MOST_NOTES])
    if not tags and not shown:
        return None
    more = paragraph(f"{left_out} earlier notes: ", element("code", command("show", run.name)))
    notes = (_note(note) for note in shown)
    return Section("Notes and tags", joined(facts(tags) if tags else "", more if left_out else "", *notes))


def _note(note: Note) -> Markup:
    where = "On the run" if note.step is None else f"On step {note.step}"
    head = f"{where}, {note.author}, {moment(note.at)}"
    return joined(paragraph(f"{head}:"), preformatted(head, note.text))


def checking(run: Dossier) -> Section:
    """Says how to look closer, and how somebody else finds out whether it is true."""
    name = run.name
    rows = {
        command("show", name): "the run; with a step behind it, a candidate and what was said of it",
        command("best", name, "--out", "best.py"): "the champion's program",
        command("verify", name): "the champion against tuned baselines on holdout and perturbed sets",
        command("ablate", name): "what each of the champion's last changes is worth",
        command("bundle", name): "the whole run in one file, for somebody else",
        command("replay", f"{name}.adrs.zip"): "whether it comes out the same on another machine",
    }
    commands = (joined(element("code", typed), f": {what}") for typed, what in rows.items())
    return Section("To check it", listed(commands))
