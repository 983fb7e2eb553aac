"""`adrs audit`: whether cheating pays on a problem, and whether a policy's scores are what they seem."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.text import Text

from evaluators.audit.auditing import Audit
from evaluators.audit.findings import Finding, Part, Verdict, bad
from evaluators.audit.guard import TrustedSideBroken
from evaluators.calibration import cpu_scale
from evaluators.decisions import opened
from evaluators.gap import Gap, gap
from evaluators.pool import WorkerBroken
from evaluators.values import Evaluation
from evolve.cli.bar import bar
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.measuring import Bench, Means
from evolve.cli.names import read_policy
from evolve.cli.report import fault_json, fault_table, sandbox_sentence
from evolve.cli.terminal import console, facts, one_line, table, whole, write_json
from evolve.runs.setting import Setting
from problems.base import Split
from sandbox import Mode
from sandbox.faults import Fault

_WORTH_SAYING_S = 10.0
_TITLES = {
    Part.CHEAT: "Cheating candidates, measured in the sandbox",
    Part.ANSWER: "Changed answers of the best baseline, given to the trusted side",
    Part.POLICY: "The policy itself",
}


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found.

    Attributes:
        policy: Its file's name, or that of the idle baseline.
        instances: So many were attacked on.
    """

    setting: Setting
    policy: str
    instances: int
    mode: Mode
    findings: tuple[Finding, ...]

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        wrong, doubts = bad(self.findings), [f for f in self.findings if f.verdict is Verdict.DOUBTFUL]
        if wrong:
            named = ", ".join(f.name for f in wrong)
            return f"scores are no evidence before this is mended: {named}"
        told = f"nothing gains: none of {len(self.findings)} attacks is worth more than honest work"
        return f"{told}; look at: {', '.join(f.name for f in doubts)}" if doubts else told


def audit(name: str, policy: Path | None, *, as_json: bool) -> Exit:
    """Attacks a problem; exit 7 if something gains, 1 if the policy has a fault of its own."""
    setting = Setting.load(name, "generated", [Split.SEARCH, Split.VALIDATION])
    empty = [str(split) for split, instances in setting.stages.items() if not instances]
    if empty:
        raise Misuse(
            f"problem {name!r} has no instances on {' and '.join(empty)}; adrs lint {name} says more"
        )
    source = None if policy is None else read_policy(policy)
    told = setting.problem.baselines[0].name if policy is None else policy.name
    if isinstance(source, Fault):
        return _faulty(setting, told, [(None, source)], as_json=as_json)
    with opened(setting.problem, Split.SEARCH, mode=Mode.AUTO, cpu_scale=cpu_scale()) as bench:
        try:
            begun = Audit.begun(bench, setting.problem, setting.stages, source)
        except TrustedSideBroken as error:
            broken = Finding(Part.CHEAT, "honest work", "solves", str(error), None, Verdict.BREAKS)
            return _told(Audited(setting, told, 0, bench.server.mode, (broken,)), as_json=as_json)
        faults = [(m.instance, m.fault) for m in begun.honest if m.fault is not None]
        if faults:
            return _faulty(setting, told, faults, as_json=as_json)
        findings = tuple(_findings(begun))
        found = Audited(setting, told, len(begun.honest), bench.server.mode, findings)
    if source is not None:
        found = replace(found, findings=(*findings, asyncio.run(_unseen(setting, source))))
    return _told(found, as_json=as_json)


def _findings(begun: Audit) -> Iterator[Finding]:
    if begun.predicted_s > _WORTH_SAYING_S:
        say(f"this takes about {whole(begun.predicted_s)}")
    with bar("attacking") as progress:
        for done, finding in enumerate(begun.findings(), start=1):
            progress(done, begun.expected)
            yield finding


async def _unseen(setting: Setting, source: str) -> Finding:
    """Holds a policy's lead over the best baseline on SEARCH against that on instances it may not know."""
    name, aim = "unseen", "meets validation, which no search fits"
    pairs: list[tuple[Evaluation, Evaluation]] = []
    try:
        async with Bench.started(setting, Means(None, Mode.AUTO)) as bench:
            for split in (Split.SEARCH, Split.VALIDATION):
                mine = await bench.measure("the policy", source, split)
                best = await bench.measure("the best baseline", setting.problem.best_baseline.source, split)
                pairs.append((mine.evaluation, best.evaluation))
    except WorkerBroken as error:
        told = f"the trusted side broke: {str(error).strip().splitlines()[-1]}"
        return Finding(Part.POLICY, name, aim, told, None, Verdict.BREAKS)
    if not all(e.complete for pair in pairs for e in pair):
        return Finding(Part.POLICY, name, aim, "too many instances ran out of time", None, Verdict.DOUBTFUL)
    search, validation = ((ours.measurements, theirs.measurements) for ours, theirs in pairs)
    return _fitting(gap(search, validation), name, aim)


def _fitting(found: Gap, name: str, aim: str) -> Finding:
    lead = f"leads the best baseline by {found.lead:+.4f} on search, {found.validation:+.4f} there"
    if found.low is None or found.high is None:
        return Finding(Part.POLICY, name, aim, f"{lead}; too few blocks for more", None, Verdict.HARMLESS)
    told = f"{lead}, which predicts [{found.low:+.4f}, {found.high:+.4f}] on search"
    verdict = Verdict.FITTED if found.suspicious else Verdict.HARMLESS
    return Finding(Part.POLICY, name, aim, told, found.lead - found.validation, verdict)


def _faulty(
    setting: Setting, policy: str, faults: Sequence[tuple[str | None, Fault]], *, as_json: bool
) -> Exit:
    sentence = f"{policy} fails without any attack, so there is nothing to audit: mend it first"
    if as_json:
        named = {"problem": setting.problem.name, "version": setting.problem.version, "policy": policy}
        told = [fault_json(instance, fault) for instance, fault in faults]
        write_json({**named, "faults": told, "attacks": [], "gains": False, "verdict": sentence})
    else:
        console().print(fault_table(faults))
        say(sentence)
    return Exit.POLICY


def _told(found: Audited, *, as_json: bool) -> Exit:
    if as_json:
        write_json(_as_json(found))
    else:
        _print(found)
    return Exit.REFUSED if bad(found.findings) else Exit.DONE


def _print(found: Audited) -> None:
    out = console()
    for part, title in _TITLES.items():
        rows = [f for f in found.findings if f.part is part]
        if not rows:
            continue
        listed = table("attack", "verdict", "gain", "what it does, and what came of it", left=2, title=title)
        listed.columns[3].justify, listed.columns[3].no_wrap = "left", False
        for row in rows:
            gain = "-" if row.gain is None else f"{row.gain:+.4f}"
            told = Text(one_line(f"{row.aim.rstrip('.')}: {row.outcome}"))
            listed.add_row(row.name, row.verdict, gain, told, style="red" if row.bad else "")
        out.print(listed)
        out.print()
    out.print(facts(_facts(found)))


def _facts(found: Audited) -> dict[str, str]:
    where = f"{found.instances} instances of {found.setting.problem.name} search, attacked on {found.policy}"
    return {
        "where": where,
        "gain": "mean score over that of the honest policy, or answer, on the same instances",
        "sandbox": sandbox_sentence(found.mode),
        "verdict": found.sentence,
    }


def _as_json(found: Audited) -> dict[str, Any]:
    return {
        "problem": found.setting.problem.name,
        "version": found.setting.problem.version,
        "policy": found.policy,
        "instances": found.instances,
        "sandbox": str(found.mode),
        "faults": [],
        "attacks": [
            {
                "part": str(f.part),
                "name": f.name,
                "tries": f.aim,
                "outcome": f.outcome,
                "gain": f.gain,
                "verdict": f.verdict.name.lower(),
                "bad": f.bad,
            }
            for f in found.findings
        ],
        "gains": bool(bad(found.findings)),
        "verdict": found.sentence,
    }
