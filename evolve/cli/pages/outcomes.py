"""What a run was asked, how its champion stands, and what became of its claim when it was checked."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from evaluators.intervals import Interval
from evolve.cli.ending import verdict
from evolve.cli.money import dollars
from evolve.cli.pages.document import Section
from evolve.cli.pages.dossiers import Dossier
from evolve.cli.pages.elements import Markup, element, facts, joined, listed, paragraph, table
from evolve.cli.pages.words import command, lead, life, moment, score
from evolve.cli.report import sandbox_sentence
from evolve.cli.terminal import number, seconds
from evolve.cli.verify.told import METHOD, verification_facts
from evolve.models.model_spec import ModelSpec
from evolve.runs.comparison import Standing
from evolve.runs.device_checks import DeviceCheck, is_for_devices
from evolve.runs.history import Phase
from evolve.runs.spec import RunSpec
from evolve.runs.verifications import Lead, Place, Status, Verification
from problems.base import Split
from problems.workload_file import spoken


def summary(run: Dossier) -> Markup:
    """Says what came of a run, and why it may not be believed, in a few sentences."""
    warnings = [element("p", f"{w[0].upper()}{w[1:]}.", class_="warning") for w in run.traced.warnings]
    latest = run.verified.latest
    checked = element("p", _verified(run), class_=f"verdict {_mood(latest)}")
    spec, title = run.spec, run.problem.title
    asked = f"{title[0].upper()}{title[1:]}. Workload {spoken(spec.workload)}, proposer {spec.proposer}, "
    asked += f"seed {spec.seed}; {run.state.evaluated:,} of {spec.max_evals:,} evaluations; "
    asked += f"{life(run.traced.outline.status)}."
    return joined(paragraph(asked), *map(paragraph, claim(run)), *warnings, checked)


def claim(run: Dossier) -> Sequence[str]:
    """Says whether the champion beat what there was."""
    champion, standings = run.state.champion, run.traced.outline.standings
    if champion is None:
        return ["There is no champion: no candidate got through validation without a fault."]
    if any(row.split is Split.VALIDATION and row.lead is not None for row in standings):
        return verdict(standings, champion, run.problem)
    found = f"The champion is step {champion.step}, {score(champion.validation.score)} on validation."
    return [found, "It was not compared with the baselines, since the run has not come to its end."]


def _verified(run: Dossier) -> str:
    latest = run.verified.latest
    if latest is None:
        return "Not verified: nobody held the champion against tuned baselines on holdout yet."
    told = str(run.verified)
    return f"{told[0].upper()}{told[1:]}."


def _mood(latest: Verification | None) -> str:
    if latest is None:
        return "open"
    return {Status.VERIFIED: "good", Status.REFUTED: "bad"}.get(latest.verdict.status, "open")


def asked(run: Dossier) -> Section:
    """Tells what a run was asked, where, when and by what it was measured."""
    header, spec = run.traced.header, run.spec
    machine = header.machine
    where = f"{machine.get('cpu')}, {machine.get('cores')} cores, {machine.get('memory_gb')} GB; "
    where += f"{machine.get('kernel')}; Python {machine.get('python')}, numpy {machine.get('numpy')}"
    version = header.digests.get(f"version of problem {spec.problem}", "unknown")
    rows = {
        "problem": f"{spec.problem}, version {version}: {run.problem.title}",
        "score": run.problem.bound,
        "workload": spoken(spec.workload),
        **_proposing(spec),
        "seed": str(spec.seed),
        "budget": _budget(spec),
        "seeds": ", ".join(spec.seeds) or "none",
        "window": f"{spec.window} steps; workers, which decide nothing but speed: {spec.workers}",
        "started": moment(run.row.created_at),
        "last event": f"{moment(run.row.last_at)}; {run.row.events:,} events so far",
        "status": life(run.traced.outline.status),
        "sandbox": sandbox_sentence(spec.sandbox, machine.get("sandbox_notes", ())),
        "machine": f"{where}; {machine.get('cpu_scale')} x the time of the reference core",
    }
    return Section("What was asked", joined(facts(rows), _digests(run)))


def _proposing(spec: RunSpec) -> Mapping[str, str]:
    rows = {"proposer": str(spec.proposer)}
    if spec.models:
        rows["models"] = "; ".join(map(_model, spec.models))
    if spec.operators:
        rows["operators"] = ", ".join(f"{name} {share:g}" for name, share in spec.operators.items())
    return rows


def _model(model: ModelSpec) -> str:
    price = model.price
    told = "" if price is None else f", ${price.input:g} and ${price.output:g} a million tokens in and out"
    return f"{model.name} ({model.role}{told})"


def _budget(spec: RunSpec) -> str:
    found = [f"{spec.max_evals:,} evaluations"]
    found += [f"{spec.max_minutes:g} minutes"] if spec.max_minutes is not None else []
    found += [dollars(spec.max_usd)] if spec.max_usd is not None else []
    found += [f"{spec.max_tokens:,} tokens"] if spec.max_tokens is not None else []
    return f"at most {', '.join(found)}"


def _digests(run: Dossier) -> Markup:
    champion = run.state.champion
    found = {"archive": run.state.archive.digest(), **run.traced.header.digests}
    found |= {} if champion is None else {f"champion, step {champion.step}": champion.candidate.id}
    rows = ((name, element("code", value)) for name, value in sorted(found.items()))
    return table("Digests of what the scores depend on", ["what", "digest"], rows, left=2)


def standings(run: Dossier) -> Section:
    """Tells how champion and baselines compare, as the run compared them when it last ended."""
    rows = run.traced.outline.standings
    if not rows:
        goes_on = run.traced.outline.status.phase is Phase.RUNNING
        remedy = "It goes on." if goes_on else element("code", command("resume", run.name))
        told = "Nothing was compared: a run holds its champion against the baselines when it ends. "
        return Section("Standings", paragraph(told, remedy))
    splits = dict.fromkeys(row.split for row in rows)
    tables = (_standings([row for row in rows if row.split is split]) for split in splits)
    notes = [f"Intervals: {METHOD}; not corrected for the choice of the champion on validation."]
    if run.problem.noise_floor:
        floor = f"Noise floor of {run.spec.problem}: {run.problem.noise_floor:.4f}; "
        notes.append(f"{floor}leads below it come and go when validation is drawn again.")
    if run.traced.outline.status.phase is not Phase.STOPPED:
        notes.append("Compared when the run last ended; its champion may be another by now.")
    return Section("Standings", joined(*tables, *map(paragraph, notes)))


def _standings(rows: Sequence[Standing]) -> Markup:
    counts, dialects = list(rows[0].counts), list(dict.fromkeys(d for row in rows for d in row.dialects))
    faults = ["faults"] if any(row.faults for row in rows) else []
    leads = [row.lead for row in rows if row.lead is not None]
    confidence = f"{100 * (1 - leads[0].alpha):.0f} %" if leads else "95 %"
    blocks = " or ".join(str(n) for n in sorted({each.blocks for each in leads}))
    caption = f"Mean strict scores on {rows[0].split}, in [0, 1], higher is better"
    caption += f"; intervals over {blocks} blocks" if blocks else ""
    columns = ["policy", "score", f"champion's lead, {confidence} interval", *dialects, *counts, *faults]
    return table(caption, columns, (_standing(row, dialects, counts, faults) for row in rows))


def _standing(
    row: Standing, dialects: Sequence[str], counts: Sequence[str], faults: Sequence[str]
) -> Sequence[str]:
    cells = [row.name, score(row.score), "" if row.lead is None else lead(row.lead)]
    cells += [f"{row.dialects[d]:.4g}" if d in row.dialects else "-" for d in dialects]
    cells += [number(row.counts[name]) for name in counts]
    cells += [str(row.faults)] if faults else []
    return [element("strong", cell) for cell in cells] if row.lead is None else cells


def verification(run: Dossier) -> Section:
    """Tells the latest verification of a run, or how to make one."""
    latest = run.verified.latest
    if latest is None:
        told = paragraph(
            "Not verified yet. Against tuned baselines, on holdout and on perturbed sets it is by: ",
            element("code", command("verify", run.name)),
        )
        return Section("Verification", told)
    columns = ["where", "against", "instances", "score", "lead, 95 % interval"]
    rows = [row for place in latest.places for row in _place(place)]
    places = table(f"Where {latest.policy} was measured, and its lead over rivals", columns, rows, left=2)
    every = {"verifications so far": ", ".join(run.verified.statuses)}
    return Section("Verification", joined(places, facts({**_labelled(verification_facts(latest)), **every})))


def _labelled(rows: Iterator[tuple[str, str]]) -> Mapping[str, str]:
    """Joins facts of one label: those without a label go on with that before."""
    found, label = dict[str, str](), ""
    for name, fact in rows:
        label = name or label
        found[label] = f"{found[label]}; {fact}" if label in found else fact
    return found


def _place(place: Place) -> Iterator[Sequence[str]]:
    told = "late" if place.score is None else score(place.score)
    told += f", {place.faults} faults" if place.faults else ""
    for each in place.leads or (None,):
        yield (place.title, *_rival(each, str(place.instances), told))


def _rival(found: Lead | None, instances: str, told: str) -> Sequence[str]:
    if found is None:
        return "-", instances, told, "-"
    mood = "good" if found.is_ahead else "bad" if found.is_behind else "open"
    return found.rival, instances, told, element("span", lead(found), class_=mood)


def devices(run: Dossier) -> Section | None:
    """Tells what a GPU said of a run; None where no GPU could."""
    champion = None if run.state.champion is None else run.state.champion.step
    latest, told = run.checks.of(champion).latest, run.checks.told(champion)
    if not run.checks.every and not is_for_devices(run.spec.problem):
        return None
    if latest is None:
        way = element("code", command("gpu", "verify", run.name))
        return Section("On a GPU", paragraph(f"{told.capitalize()}. ", way))
    rows = {"verdict": told, "device": latest.device, "measured": _unit(latest)}
    if latest.lead is not None:
        rows["lead on the device"] = f"{Interval(**latest.lead)} over {latest.against}"
    return Section("On a GPU", joined(facts(rows), _cases(latest)))


def _unit(check: DeviceCheck) -> str:
    return f"{check.unit}; {check.tokens} tokens a GPU, {check.rounds} rounds, {seconds(check.device_s)}"


def _cases(check: DeviceCheck) -> Markup:
    by_policy: dict[str, list[Sequence[float]]] = {}
    for policy, _, *figures in check.cases:
        by_policy.setdefault(policy, []).append(figures)
    means = {policy: np.mean(np.array(rows), axis=0) for policy, rows in by_policy.items()}
    ranked = sorted(means.items(), key=lambda item: -float(item[1][1]))
    rows = (
        (name, str(len(by_policy[name])), f"{mean[0]:.4f}", f"{mean[1]:.4f}", seconds(float(mean[2])))
        for name, mean in ranked
    )
    columns = ["policy", "places", "simulated", "measured", "device time"]
    return table("Decisions replayed on the device, means over places", columns, rows)


def rescored(run: Dossier) -> Section | None:
    """Tells what came of measuring candidates anew; None if nobody did."""
    if not run.rescored:
        return None
    told = (
        f"{moment(each.at)}, version {each.version} of the problem: {each.verdict}" for each in run.rescored
    )
    first = paragraph("All other figures of this page are those of the first measuring.")
    return Section("Measured anew", joined(listed(told), first))
