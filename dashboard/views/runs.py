"""Runs: the list, and several of them beside each other."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.address import RUN, listed, look_at, looked_at, opened
from dashboard.charts import HEIGHT, palette, rule, thinned
from dashboard.data import Library, RunLog, Summary
from evolve.runs.history import Phase
from problems.base import Split

_OVER = {"evaluations": "evaluated", "dollars": "usd_total", "hours": "hours"}
_UNITS = {
    "evaluations": "candidates evaluated",
    "dollars": "dollars spent on models",
    "hours": "hours since the start",
}
_POINTS = 400


def show(library: Library) -> None:
    """Draws the page."""
    st.title("Runs")
    archived = st.sidebar.toggle("Those put away, too")
    found = listed(library, archived=archived)
    if not found:
        return
    problems = sorted({summary.outline.header.spec.problem for summary in found})
    wanted = st.sidebar.multiselect("Problem", problems)
    chosen = [s for s in found if not wanted or s.outline.header.spec.problem in wanted]
    names = _table(chosen)
    st.subheader("Best so far")
    if not names:
        names = [looked_at(RUN) or chosen[0].row.name] if chosen else []
        st.caption("Choose rows above to compare several runs.")
    logs = [log for name in names if (log := opened(library, name)) is not None]
    if not logs:
        return
    look_at(RUN, logs[0].run)
    running = any(s.outline.status.phase is Phase.RUNNING for s in chosen if s.row.name in names)
    st.fragment(_progress, run_every=2.0 if running else None)(library, [log.run for log in logs])


def _table(found: Sequence[Summary]) -> list[str]:
    """Draws the list and gives the names of rows that are chosen."""
    frame = pd.DataFrame([_row(summary) for summary in found])
    event = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key="runs",
        column_config={
            "champion": st.column_config.NumberColumn(
                format="%.4f", help="Score on validation, 1 is the bound"
            ),
            "dollars": st.column_config.NumberColumn(format="%.2f"),
            "started": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
    )
    return [frame["run"].iloc[row] for row in event.selection.rows]


def _row(summary: Summary) -> dict[str, object]:
    told = summary.outline
    return {
        "run": summary.row.name,
        "problem": told.header.spec.problem,
        "status": str(told.status.phase),
        "evaluated": told.evaluated,
        "champion": summary.score,
        "lead over the best baseline, 95% interval": summary.lead,
        "seed": told.header.spec.seed,
        "started": pd.Timestamp(summary.row.created_at, unit="s"),
    }


def _progress(library: Library, names: Sequence[str]) -> None:
    logs = [log for name in names if (log := opened(library, name)) is not None]
    if not logs or not any(log.steps for log in logs):
        st.info("No candidate has been evaluated yet.")
        return
    left, right = st.columns(2)
    over = left.segmented_control("Over", list(_OVER), default="evaluations") or "evaluations"
    split = (
        right.segmented_control("Score on", ["validation", "search"], default="validation") or "validation"
    )
    frame = _curves(logs, over, "champion" if split == "validation" else "best")
    if frame.empty:
        st.info("No candidate has got so far yet.")
        return
    st.altair_chart(_chart(frame, logs, over, split), width="stretch")
    st.caption(
        f"Score of the best candidate so far on {split}, strict, higher is better; 1 is the proven bound. "
        "Dashed: the best baseline of each problem."
    )


def _curves(logs: Sequence[RunLog], over: str, score: str) -> pd.DataFrame:
    found = []
    for log in logs:
        frame = log.frame()
        if frame.empty:
            continue
        hours = (frame["at"] - log.steps[0].at) / 3600
        part = frame.assign(hours=hours, run=log.run)[[_OVER[over], score, "run", "step"]]
        found.append(part.rename(columns={_OVER[over]: "x", score: "score"}).dropna())
    every = pd.concat(found) if found else pd.DataFrame()
    return thinned(every, _POINTS, by="run") if len(every) else every


def _chart(
    frame: pd.DataFrame, logs: Sequence[RunLog], over: str, split: str
) -> alt.LayerChart | alt.FacetChart:
    names = [log.run for log in logs]
    low = float(frame["score"].min())
    y = alt.Y(
        "score:Q", title=f"score on {split}", scale=alt.Scale(domain=[max(0.0, low - 0.05), 1.0], clamp=True)
    )
    line = (
        alt.Chart(frame)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("x:Q", title=_UNITS[over]),
            y=y,
            color=alt.Color("run:N", scale=palette(names), legend=alt.Legend(orient="bottom", title=None)),
            tooltip=["run:N", "step:Q", alt.Tooltip("score:Q", format=".4f")],
        )
    )
    layers: list[alt.Chart | alt.LayerChart | alt.FacetChart] = [line, rule(1.0, "bound")]
    if split == str(Split.VALIDATION):
        bests = {}
        for log in logs:
            if log.header.spec.workload == "generated":
                best = log.problem.best_baseline
                bests[f"{best.name} ({log.problem.name})"] = best.score
        layers += [rule(score, label) for label, score in bests.items()]
    return alt.layer(*layers).properties(height=HEIGHT)
