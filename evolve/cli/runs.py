"""`adrs runs`: what was searched."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

from evolve.cli.exits import Exit, say
from evolve.cli.run_names import HOLDOUT_LOG
from evolve.cli.terminal import console, one_line, table, write_json
from evolve.runs.history import Outline, outline
from evolve.runs.marks import marks
from evolve.runs.rows import RunRow
from evolve.runs.store import Store
from problems.base import Split
from problems.workload_file import spoken


def list_runs(db: Path, *, every: bool, as_json: bool) -> Exit:
    """Lists the runs of a store; those put away only with `every`."""
    with Store.open(db, create=False) as store:
        rows = [row for row in store.runs() if row.name != HOLDOUT_LOG]
        away = {row.name for row in rows if marks(store, row.name).archived}
        kept = [row for row in rows if every or row.name not in away]
        found = [(row, outline(store, row.name, now=time.time())) for row in kept]
    if as_json:
        write_json({"runs": [{**_as_json(row, told), "archived": row.name in away} for row, told in found]})
        return Exit.DONE
    if not found:
        put_away = f"all {len(away)} runs of {db} are put away; list them with: adrs runs --all"
        say(put_away if away else f"{db} has no runs yet; start one with: adrs run PROBLEM")
        return Exit.DONE
    listing = table("run", "problem", "sandbox", "status", "evaluated", "champion", "started", left=4)
    for row, told in found:
        spec = told.header.spec
        listing.add_row(
            one_line(row.name),
            spec.problem if spec.workload == "generated" else f"{spec.problem}, {spoken(spec.workload)}",
            str(spec.sandbox),
            "put away" if row.name in away else str(told.status.phase),
            f"{told.evaluated}/{spec.max_evals}",
            _champion(told),
            f"{datetime.fromtimestamp(row.created_at).astimezone():%m-%d %H:%M}",
        )
    console().print(listing)
    return Exit.DONE


def champion_score(told: Outline) -> float | None:
    """The champion's VALIDATION score, once it was compared."""
    rows = [s for s in told.standings if s.lead is None and s.split is Split.VALIDATION]
    return rows[0].score if rows else None


def _champion(told: Outline) -> str:
    score = champion_score(told)
    if score is not None:
        return f"{score:.4f}"
    return "-" if told.champion is None else f"step {told.champion}"


def _as_json(row: RunRow, told: Outline) -> dict[str, Any]:
    spec, status = told.header.spec, told.status
    return {
        "name": row.name,
        "problem": spec.problem,
        "workload": spec.workload,
        "sandbox": str(spec.sandbox),
        "status": str(status.phase),
        "reason": status.reason,
        "evaluated": told.evaluated,
        "max_evals": spec.max_evals,
        "champion": told.champion,
        "score": champion_score(told),
        "started_at": row.created_at,
        "last_at": row.last_at,
    }
