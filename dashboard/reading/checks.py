"""What speaks for a candidate's score and what against it, one line a check. No streamlit here."""

import enum
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.data import RunLog, Step
from dashboard.reading.detail import Detail, Fault, seed_step
from evolve.cli.report import sandbox_sentence
from evolve.cli.terminal import harmless
from evolve.runs.device_checks import Checks, is_for_devices
from evolve.runs.rescoring import Rescoring
from evolve.runs.trial import Challenge
from evolve.runs.verifications import Status, Verification, Verifications
from evolve.search.candidate import SEED
from problems.base import Split

FULL = "full"
"""The sandbox mode that holds back everything it can."""


class Finding(enum.StrEnum):
    """How a check came out."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Check:
    """One check, in words."""

    title: str
    finding: Finding
    told: str


def checks(log: RunLog, detail: Detail, found: Verifications, devices: Checks) -> list[Check]:
    """Lists what can be checked of a candidate; what was never measured is left out."""
    header = log.header
    mode, notes = header.spec.sandbox, header.machine.get("sandbox_notes", ())
    told = [
        Check("sandbox", Finding.HOLDS if mode == FULL else Finding.OPEN, sandbox_sentence(mode, notes)),
        *_measured(detail),
    ]
    champion = _championship(log, detail)
    told += [] if champion is None else [champion]
    told += [_rescored(detail.step, each) for each in detail.rescored[-1:]]
    latest = verification_of(log, detail.step, found)
    if latest is not None:
        told += _verified(latest)
    elif detail.step.validation is not None and not detail.step.is_quarantined:
        command = f"adrs verify {log.run} {detail.step.step}"
        told.append(
            Check("verification", Finding.OPEN, f"not yet, or another one of the run was since: {command}")
        )
    return [*told, *_on_devices(log, detail.step, devices)]


def verification_of(log: RunLog, step: Step, found: Verifications) -> Verification | None:
    """The run's latest verification, if it is of this candidate."""
    latest = found.latest
    return latest if latest is not None and step.id is not None and latest.source == step.id else None


def by_rule(faults: Sequence[Fault]) -> pd.DataFrame:
    """A row a rule that was broken, the most frequent first, with where it was broken first."""
    counts = Counter((fault.kind, fault.rule) for fault in faults)
    rows = []
    for (kind, rule), times in counts.most_common():
        first = next(fault for fault in faults if (fault.kind, fault.rule) == (kind, rule))
        where = f"{first.split}, {first.instance}"
        rows.append(
            {
                "kind": kind,
                "rule": rule,
                "times": times,
                "first on": where,
                "message": harmless(first.message),
            }
        )
    return pd.DataFrame(rows)


def scores(log: RunLog, step: Step, found: Verifications) -> pd.DataFrame:
    """A row a score of a candidate, its first parent, the champion and the best baseline, by split.

    Holdout is there where the run's latest verification is of that candidate, or held it against that one.
    """
    names = {step.step: f"step {step.step}"}
    for parent in step.parents[:1]:
        names[parent] = f"parent, step {parent}"
    champion, best = log.state.champion, log.problem.best_baseline.name
    if champion is not None:
        names.setdefault(champion.step, f"champion, step {champion.step}")
    seed = seed_step(log, best)
    if seed is not None:
        names.setdefault(seed, best)
    latest = verification_of(log, step, found)
    rows = []
    for number, name in names.items():
        one = log.steps[number]
        by_split = {Split.SEARCH: one.search, Split.VALIDATION: one.validation, Split.HOLDOUT: None}
        if latest is not None and number in {step.step, seed}:
            by_split[Split.HOLDOUT] = holdout_score(latest, None if number == step.step else best)
        rows += [(name, str(split), score) for split, score in by_split.items() if score is not None]
    return pd.DataFrame(rows, columns=["policy", "split", "score"])


def holdout_score(found: Verification, baseline: str | None = None) -> float | None:
    """The score on the holdout split that a verdict rests on, or a baseline's; None if there is none."""
    place = next((p for p in found.places if p.split == Split.HOLDOUT and p.decides), None)
    if place is None or place.score is None or baseline is None:
        return None if place is None else place.score
    leads = (lead for lead in place.leads if lead.against == baseline and not lead.tuned)
    return next((place.score - lead.difference for lead in leads), None)


def _measured(detail: Detail) -> Iterator[Check]:
    frame = detail.instances
    if frame.empty:
        return
    counts = frame.groupby("split", sort=False).size()
    where = " and ".join(f"{n} of {split}" for split, n in counts.items())
    if detail.faults:
        rules = ", ".join(f"{r.rule} {r.times}" for r in by_rule(detail.faults).itertuples())
        told = f"{len(detail.faults)} on {where} instances: {rules}"
        yield Check("faults", Finding.FAILS, told)
    else:
        yield Check("faults", Finding.HOLDS, f"none on {where} instances")
    highest = f"the highest score of an instance is {frame['score'].max():.4f}, and 1 is proven"
    if detail.step.is_quarantined:
        told = f"{highest}: a hole in the problem, not a find; it is in quarantine"
        yield Check("bound", Finding.FAILS, told)
    else:
        yield Check("bound", Finding.HOLDS, highest)


def _championship(log: RunLog, detail: Detail) -> Check | None:
    if detail.step.search is None:
        return None
    champion = log.state.champion
    now = ", and champion now" if champion is not None and champion.step == detail.step.step else ""
    told = _challenge(detail.step, detail.challenge)
    return Check("champion", Finding.HOLDS if detail.step.is_promoted else Finding.OPEN, told + now)


def _challenge(step: Step, found: Challenge | None) -> str:
    """Says whether it became champion, and why."""
    if step.operator == SEED and step.is_promoted:
        return "where the run starts from, which claims nothing: the best seed so far on validation"
    if step.operator == SEED:
        return "never: another seed is better on validation, or this one has a fault"
    if found is None and step.validation is None:
        return (
            "never challenged: its search score is not above that of the champion it was held against, or "
            "another had just these scores"
        )
    if found is None:
        return "its challenge lapsed: the champion of the moment of commit is better on search"
    number = "" if found.number is None else f"challenge {found.number}, "
    if found.interval is None:
        why = "there was no champion" if found.promoted else "it has a fault on validation"
        return f"{number}{'promoted' if found.promoted else 'not promoted'}: {why}"
    level = f"{1 - found.interval.alpha:.2%}"
    lead = f"{found.interval} over the champion of then, at {level}"
    return f"{number}promoted: {lead}" if found.promoted else f"{number}not promoted: {lead} is not above 0"


def _rescored(step: Step, found: Rescoring) -> Check:
    """Whether the evaluator of later comes to the scores of the log."""
    before = {str(Split.SEARCH): step.search, str(Split.VALIDATION): step.validation}
    pairs = {split: (before.get(split), score) for split, score in found.scores[step.step].items()}
    is_alike = all(old == new for old, new in pairs.values())
    told = ", ".join(f"{split} {_shown(old)} -> {_shown(new)}" for split, (old, new) in pairs.items())
    by = f"by version {found.version} of the problem"
    return Check("measured anew", Finding.HOLDS if is_alike else Finding.FAILS, f"{told}, {by}")


def _shown(score: float | None) -> str:
    return "none" if score is None else f"{score:.4f}"


def _on_devices(log: RunLog, step: Step, found: Checks) -> Iterator[Check]:
    """What GPUs said of it; of a champion whose decisions are kernels, that none was asked, too."""
    latest, champion = found.of(step.step).latest, log.state.champion
    if latest is not None:
        outcomes = {"verified": Finding.HOLDS, "contradicted": Finding.FAILS}
        yield Check("device", outcomes.get(latest.status, Finding.OPEN), found.told(step.step))
    elif is_for_devices(log.problem.name) and champion is not None and champion.step == step.step:
        yield Check("device", Finding.OPEN, f"{found.told(step.step)}: adrs gpu verify {log.run}")


def _verified(found: Verification) -> Iterator[Check]:
    verdict = found.verdict
    findings: dict[Any, Finding] = {Status.VERIFIED: Finding.HOLDS, Status.REFUTED: Finding.FAILS}
    yield Check("verification", findings.get(verdict.status, Finding.OPEN), str(verdict))
    if found.differing:
        told = f"two fresh measurements disagree on {found.differing} instances of validation"
        yield Check("repeatability", Finding.FAILS, told)
    else:
        yield Check("repeatability", Finding.HOLDS, "two fresh measurements of validation agree")
    if found.looks:
        told = f"looked at {found.looks} {'time' if found.looks == 1 else 'times'} from this store by then"
        yield Check("holdout", Finding.HOLDS if found.looks == 1 else Finding.OPEN, told)
