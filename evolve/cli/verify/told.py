"""How a verification is shown."""

from collections.abc import Iterator

import msgspec
from rich.table import Table
from rich.text import Text

from evolve.cli.terminal import console, facts, harmless, one_line, seconds, table, whole, write_json
from evolve.runs.verifications import Lead, Place, Verification
from problems.workload_file import spoken

METHOD = "paired bootstrap by blocks, 10,000 resamples or more, never narrower than Student's"


def print_verification(found: Verification, *, gpu: str | None, wall_s: float, as_json: bool) -> None:
    """Prints a table of places and rivals, what follows, and what GPUs said; or one JSON object."""
    if as_json:
        verdict = {
            "status": str(found.verdict.status),
            "reasons": list(found.verdict.reasons),
            "limits": list(found.verdict.limits),
        }
        write_json({**msgspec.to_builtins(found), "verdict": verdict, "gpu": gpu, "wall_s": wall_s})
        return
    out = console()
    out.print(
        Text(f"{one_line(found.policy)} on {found.problem}, {spoken(found.workload)} workload", style="bold")
    )
    out.print()
    out.print(_table(found))
    out.print()
    device = {} if gpu is None else {"gpu": gpu}
    out.print(facts({**dict(verification_facts(found)), **device, "took": whole(wall_s)}))


def _table(found: Verification) -> Table:
    rows = table("where", "instances", "score", "against", "lead, 95% interval", left=1)
    rows.columns[3].justify = rows.columns[4].justify = "left"
    for place in found.places:
        for number, lead in enumerate(place.leads or (None,)):
            cells = (place.title, str(place.instances), _score(place)) if number == 0 else ("", "", "")
            rows.add_row(*map(harmless, cells), *_lead(lead))
    return rows


def _score(place: Place) -> str:
    if place.score is None:
        return "late"
    return f"{place.score:.4f}{f', {place.faults} faults' if place.faults else ''}"


def _lead(lead: Lead | None) -> tuple[Text, Text]:
    if lead is None:
        return Text("-"), Text("-")
    style = "green" if lead.is_ahead else "red" if lead.is_behind else ""
    return Text(harmless(lead.rival)), Text(str(lead), style=style)


def verification_facts(found: Verification) -> Iterator[tuple[str, str]]:
    """Yields what was found beside scores and leads, the verdict first, and its label."""
    yield "verdict", str(found.verdict)
    if found.optimality_gap is not None and found.worst is not None:
        name, score = found.worst
        gap = f"{found.optimality_gap:.4f} of the bound is left on validation"
        yield "optimality gap", f"{gap}; lowest {score:.4f} on {name}"
    if found.decisions is not None:
        d = found.decisions
        times = f"p50 {seconds(d.p50_s)}, p99 {seconds(d.p99_s)} of CPU on the reference core"
        yield "decision time", f"{times}, net of the wire; {d.calls} calls on {d.instances} instances"
    yield (
        "repeatable",
        "two fresh measurements agree" if not found.differing else f"not on {found.differing} instances",
    )
    if found.gap is not None:
        yield "published gap", _gap(found)
    dialects = {key: value for place in found.places for key, value in place.dialects.items()}
    if dialects:
        yield "published scales", ", ".join(f"{name} {value:.4f}" for name, value in dialects.items())
    if found.looks:
        times = "once" if found.looks == 1 else f"{found.looks} times"
        yield "holdout", f"looked at {times} from this store, for whatever policy"
    if found.noise_floor:
        yield (
            "noise floor",
            f"{found.noise_floor:.4f}: leads below it come and go with the seeds of this problem",
        )
    if found.evals:
        yield "tuning", f"each rival's constants, {found.evals} evaluations on search, TPE"
    for number, note in enumerate(found.notes):
        yield ("left out" if number == 0 else ""), note
    yield "intervals", METHOD


def _gap(found: Verification) -> str:
    gap = found.gap
    assert gap is not None, "asked for only where there is one"
    lead = f"lead {gap.lead:+.4f} on the published set, {gap.validation:+.4f} on validation"
    if gap.low is None or gap.high is None:
        return f"{lead}; too few blocks to say what validation predicts"
    return f"{lead}, which predicts {gap.low:+.4f} to {gap.high:+.4f}"
