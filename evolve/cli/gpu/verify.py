"""`adrs gpu verify`: a run's champion and the baselines, replayed on a device."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from evaluators.gpu.device import Watch
from evaluators.gpu.twins import Rig, twin
from evaluators.gpu.verdict import Case, Verdict, disagreements, verdict
from evolve.cli.exits import Exit
from evolve.cli.gpu.bench import device_facts
from evolve.cli.gpu.device import Session, device
from evolve.cli.gpu.replayed import CHAMPION, Champion, decisions, ranked, subject
from evolve.cli.names import mode_named
from evolve.cli.terminal import console, facts, harmless, seconds, table, write_json
from evolve.runs.device_checks import DeviceCheck, check_draft
from evolve.runs.setting import Setting
from evolve.runs.store import Store

_SHOWN_DISAGREEMENTS = 5


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """The verb's options, as they came."""

    name: str
    tokens: int
    rounds: int
    places: int | None
    cpu: bool
    seed: int
    sandbox: str
    as_json: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was replayed, and what came of it."""

    problem: str
    unit: str
    cases: Sequence[Case]
    verdict: Verdict


def verify(db: Path, request: VerifyRequest) -> Exit:
    """Replays, prints, and writes the verdict into the run's log."""
    mode_named(request.sandbox)
    setting, champion = subject(db, request.name)
    if champion is not None:
        with Store.open(db, create=False) as store:  # before minutes are spent: the verdict goes into its log
            store.refuse_written(request.name, at=time.time())
    with device(cpu=request.cpu) as session:
        found = _replayed(session, setting, champion, request)
        if champion is not None:
            _write(db, request, session, found, champion.step)
        if request.as_json:
            write_json(_as_json(request, session, found))
        else:
            _print(request, session, found)
    return Exit.DONE


def _replayed(
    session: Session, setting: Setting, champion: Champion | None, request: VerifyRequest
) -> Replayed:
    policies = decisions(setting, champion, request.sandbox, request.places)
    rng, guard = np.random.default_rng(request.seed), Watch(session.gpu)
    found = twin(setting.problem.name)
    rig = Rig(session.gpu, session.watch, rng, request.tokens, request.rounds)
    cases = found.replay(rig, policies)
    guard.look()
    judged = verdict(
        cases, CHAMPION if CHAMPION in policies else None, rng, is_evidence=session.gpu.is_evidence
    )
    return Replayed(setting.problem.name, found.UNIT, cases, judged)


def _write(db: Path, request: VerifyRequest, session: Session, found: Replayed, step: int) -> None:
    check = DeviceCheck(
        problem=found.problem,
        step=step,
        status=str(found.verdict.status),
        reason=found.verdict.reason,
        machine={**session.gpu.machine(), "state": session.state()},
        device=session.gpu.name,
        evidence=session.gpu.is_evidence,
        device_s=session.watch.spent_s,
        tau=None if found.verdict.agreement is None else asdict(found.verdict.agreement),
        lead=None if found.verdict.lead is None else asdict(found.verdict.lead),
        against=found.verdict.against,
        unit=found.unit,
        tokens=request.tokens,
        rounds=request.rounds,
        cases=[[c.policy, c.place, c.simulated, c.measured, c.seconds] for c in found.cases],
    )
    with Store.open(db, create=False) as store:
        store.append(request.name, [check_draft(check)], at=time.time())


def _print(request: VerifyRequest, session: Session, found: Replayed) -> None:
    out = console()
    out.print(_policies(found))
    turned = disagreements(found.cases)
    if turned:
        out.print()
        out.print(_turned(found))
    out.print()
    judged = found.verdict
    rows = {"verdict": f"{judged.status}: {judged.reason}"}
    if judged.lead is not None:
        rows["lead"] = f"{judged.lead} over {judged.against}, on the device"
    rows["ranks"] = (
        "no two policies differ" if judged.agreement is None else f"Kendall's tau {judged.agreement}"
    )
    rows["measured"] = f"{found.unit}; {request.tokens} tokens a GPU, {request.rounds} rounds"
    out.print(facts({**rows, **device_facts(session)}))


def _policies(found: Replayed) -> Table:
    details = list(next(iter(found.cases)).detail)
    rows = table("policy", "places", "simulated", "measured", "device time", *details)
    for name, cases in ranked(found.cases):
        means = [float(np.mean([c.detail[key] for c in cases])) for key in details]
        rows.add_row(
            Text(harmless(name)),
            str(len(cases)),
            f"{np.mean([c.simulated for c in cases]):.4f}",
            f"{np.mean([c.measured for c in cases]):.4f}",
            seconds(float(np.mean([c.seconds for c in cases]))),
            *(f"{mean:,.3g}" for mean in means),
        )
    return rows


def _turned(found: Replayed) -> Table:
    turned = disagreements(found.cases)
    rows = table(
        "place",
        "first",
        "second",
        "simulated",
        "measured",
        left=3,
        title=f"{len(turned)} pairs the other way round",
    )
    for pair in turned[:_SHOWN_DISAGREEMENTS]:
        rows.add_row(pair.place, pair.first, pair.second, f"{pair.simulated:+.4f}", f"{pair.measured:+.4f}")
    return rows


def _as_json(request: VerifyRequest, session: Session, found: Replayed) -> dict[str, Any]:
    return {
        "name": request.name,
        "problem": found.problem,
        "device": session.gpu.machine(),
        "evidence": session.gpu.is_evidence,
        "state": session.state(),
        "device_s": session.watch.spent_s,
        "unit": found.unit,
        "tokens": request.tokens,
        "rounds": request.rounds,
        "verdict": asdict(found.verdict),
        "cases": [asdict(case) for case in found.cases],
        "disagreements": [asdict(pair) for pair in disagreements(found.cases)],
    }
