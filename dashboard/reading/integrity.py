"""What can be doubted about a run: faults over time, attempts, scores near the bound, looks. No streamlit."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.data import RunLog, Step
from dashboard.reading.spending import window
from evolve.cli.run_names import HOLDOUT_LOG
from evolve.cli.terminal import harmless
from evolve.runs.device_checks import Checks, DeviceCheck, device_checks
from evolve.runs.errors import UnknownRun
from evolve.runs.events import HOLDOUT_LOOKED, VERIFIED
from evolve.runs.store import Store
from problems.base import Split

FAULTS: Final = ("raised", "invalid", "timed_out", "out_of_memory", "killed", "refused")
"""Kinds in the order of their colours; a candidate counts by the first of its faults."""
NEAR: Final = 0.01
"""A score so near to the bound deserves a second look."""
_BINS: Final = 40
SLACK: Final = 1e-9
"""By so much rounding may carry a score beyond the bound."""
_ID_DIGITS: Final = 12


def faults_over_time(steps: Sequence[Step]) -> pd.DataFrame:
    """A row a window of evaluations and kind of fault, ready to be stacked.

    Returns:
        Columns `first` and `last` (evaluations, of the window), `kind`, `candidates`, `share` of those that
        were evaluated in it, and `low` and `high`, between which that lies in the stack.
    """
    measured = [step for step in steps if step.outcome == "evaluated"]
    if not measured:
        return pd.DataFrame(columns=["first", "last", "kind", "candidates", "share", "low", "high"])
    width = window(measured[-1].evaluated)
    kinds = [kind for kind in FAULTS if any(_first(step) == kind for step in measured)]
    frame = pd.DataFrame(
        {"place": [(s.evaluated - 1) // width for s in measured], "kind": [_first(s) for s in measured]}
    )
    sizes = frame.groupby("place").size()
    counts = pd.crosstab(frame["place"], frame["kind"].fillna("none")).reindex(columns=kinds, fill_value=0)
    share = counts.div(sizes, axis=0)
    high = share.cumsum(axis=1)
    places = np.repeat(counts.index.to_numpy(), len(kinds))
    last = np.minimum((places + 1) * width, measured[-1].evaluated)
    return pd.DataFrame(
        {
            "first": places * width,
            "last": last,
            "kind": kinds * len(counts),
            "candidates": counts.to_numpy().ravel(),
            "share": share.to_numpy().ravel(),
            "low": (high - share).to_numpy().ravel(),
            "high": high.to_numpy().ravel(),
        }
    )


def _first(step: Step) -> str | None:
    return step.faults[0][0] if step.faults else None


def rules(steps: Sequence[Step]) -> pd.DataFrame:
    """A row a rule that was broken, the most frequent first: kind, rule, candidates, first and last step."""
    rows = [(kind, rule, step.step) for step in steps for kind, rule in step.faults]
    return _counted(pd.DataFrame(rows, columns=["kind", "rule", "step"]), ["kind", "rule"])


def attempts_table(steps: Sequence[Step]) -> pd.DataFrame:
    """A row a thing that was tried and is not allowed: what, candidates, first and last step."""
    rows = [(what, step.step) for step in steps for what in step.attempts]
    return _counted(pd.DataFrame(rows, columns=["what", "step"]), ["what"])


def _counted(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    found = frame.groupby(by, sort=False)["step"].agg(["count", "min", "max"]).reset_index()
    found = found.rename(columns={"count": "candidates", "min": "first step", "max": "last step"})
    return found.sort_values("candidates", ascending=False, kind="stable").reset_index(drop=True)


def scores_near_bound(steps: Sequence[Step]) -> pd.DataFrame:
    """A histogram of SEARCH scores: `low` and `high` of a bar, its `candidates`, whether it is `beyond` 1."""
    scores = np.array([step.search for step in steps if step.search is not None])
    if not len(scores):
        return pd.DataFrame(columns=["low", "high", "candidates", "beyond"])
    width = max(0.005, 0.005 * math.ceil((max(1.0, scores.max()) - scores.min()) / 0.005 / _BINS))
    # Counted from the bound, so that no bar lies on both of its sides.
    place = np.ceil((scores - 1.0 - SLACK) / width).astype(int)
    places, counts = np.unique(place, return_counts=True)
    high = 1.0 + places * width
    return pd.DataFrame({"low": high - width, "high": high, "candidates": counts, "beyond": places > 0})


def suspects(log: RunLog) -> pd.DataFrame:
    """A row a candidate in quarantine or within `NEAR` of the bound, the highest score first."""
    rows = [
        {
            "step": step.step,
            "search": step.search,
            "validation": step.validation,
            "highest on an instance": float(step.scores.max()) if len(step.scores) else None,
            "operator": step.operator,
            "why": "beyond the bound: a hole of the problem" if step.is_quarantined else "near the bound",
        }
        for step in log.steps
        if step.is_quarantined or max(step.search or 0.0, step.validation or 0.0) >= 1.0 - NEAR
    ]
    columns = ["step", "search", "validation", "highest on an instance", "operator", "why"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values("search", ascending=False, kind="stable").reset_index(drop=True)


def published(log: RunLog) -> pd.DataFrame:
    """A row a policy of the comparison on the published set: strict score, published ones, lead in words."""
    rows = [
        {
            "policy": row.name,
            "strict": row.score,
            **row.dialects,
            "champion's lead, strict": "" if row.lead is None else str(row.lead),
        }
        for row in log.standings
        if row.split is Split.PUBLISHED
    ]
    return pd.DataFrame(rows)


def looks(log: RunLog) -> pd.DataFrame:
    """A row a look at the problem's holdout split from this store, the latest first; times are local.

    Returns:
        Columns `at`, `policy` (a step of the run, or the first digits of a digest), `step` (missing unless it
        is one of the run), `workload` and `score`.
    """
    rows = []
    for at, body in _events(log.db, HOLDOUT_LOG, HOLDOUT_LOOKED):
        if body["problem"] == log.problem.name:
            step = log.step_of(str(body["policy"]))
            policy = str(body["policy"])[:_ID_DIGITS] if step is None else f"step {step}"
            rows.append((_local(at), policy, step, harmless(body["workload"]), body["score"]))
    frame = pd.DataFrame(rows, columns=["at", "policy", "step", "workload", "score"])
    return frame.astype({"step": "Int64"}).iloc[::-1].reset_index(drop=True)


def verdicts(log: RunLog) -> pd.DataFrame:
    """A row a verification of the run, the latest first: `at`, `policy`, `step`, `status`, `verdict`."""
    rows = [
        (_local(at), harmless(body["policy"]), body["step"], body["status"], harmless(body["verdict"]))
        for at, body in _events(log.db, log.run, VERIFIED)
    ]
    frame = pd.DataFrame(rows, columns=["at", "policy", "step", "status", "verdict"])
    return frame.astype({"step": "Int64"}).iloc[::-1].reset_index(drop=True)


def _events(db: Path, run: str, kind: str) -> Sequence[tuple[float, Mapping[str, Any]]]:
    with Store.open(db, create=False) as store:
        try:
            return [(event.at, event.body) for event in store.events(run, kinds=(kind,))]
        except UnknownRun:
            return []  # nobody looked yet


def _local(at: float) -> datetime:
    """The time on the clocks of the machine that serves, as the command line tells it."""
    return datetime.fromtimestamp(at).astimezone().replace(tzinfo=None)


def devices(log: RunLog) -> Checks:
    """What devices said of the run so far."""
    with Store.open(log.db, create=False) as store:
        return device_checks(store, log.run)


def device_cases(check: DeviceCheck) -> pd.DataFrame:
    """A row a policy in a place: `policy`, `place`, `simulated` and `measured`."""
    columns = ["policy", "place", "simulated", "measured"]
    return pd.DataFrame([case[:4] for case in check.cases], columns=columns)
