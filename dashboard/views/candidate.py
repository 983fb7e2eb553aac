"""Candidate: what it is, what it did, and what can be doubted about it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.address import chosen_run, chosen_step, link_to
from dashboard.charts.candidate import gap
from dashboard.charts.style import COLOURS
from dashboard.data import Library, RunLog
from dashboard.panels import facts, prose
from dashboard.reading.checks import Check, Finding, by_rule, checks, holdout_score, scores, verification_of
from dashboard.reading.detail import Detail, detail_of, kin
from dashboard.views.exchange import exchange
from dashboard.views.source import source
from evolve.cli.money import dollars
from evolve.cli.terminal import harmless, local_time, seconds, size, whole
from evolve.runs.device_checks import Checks
from evolve.runs.marks import Marks
from evolve.runs.verifications import Verifications

_COLOURS: Final[Mapping[Finding, Literal["green", "red", "gray"]]] = {
    Finding.HOLDS: "green",
    Finding.FAILS: "red",
    Finding.OPEN: "gray",
}


def show(library: Library) -> None:
    """Draws the page."""
    st.title("Candidate")
    log = chosen_run(library)
    number = None if log is None else chosen_step(log)
    if log is None or number is None:
        return
    found = detail_of(log, number)
    marks, verified, devices = library.told(log.run)
    _links(log, number)
    _heading(log, found, verified)
    _parts(log, found, marks, verified, devices)


def _links(log: RunLog, number: int) -> None:
    before, after = kin(log, number)
    with st.container(horizontal=True):
        if before is not None:
            link_to("candidate", f"Step {before}, its parent", log.run, before, icon=":material/arrow_back:")
        if after is not None:
            link_to("candidate", f"Step {after}, its child", log.run, after, icon=":material/arrow_forward:")
        link_to("lineage", "Lineage", log.run, number, icon=":material/account_tree:")
        link_to("archive", "Archive", log.run, number, icon=":material/grid_view:")
        if log.steps[number].id is not None:
            link_to("behaviour", "Behaviour", log.run, number, icon=":material/timeline:")
            link_to("review", "Review", log.run, number, icon=":material/rate_review:")


def _heading(log: RunLog, found: Detail, verified: Verifications) -> None:
    step, latest = found.step, verification_of(log, found.step, verified)
    figures = {"Search": step.search, "Validation": step.validation}
    if latest is not None:
        figures["Holdout"] = holdout_score(latest)
    with st.container(horizontal=True):
        for name, score in figures.items():
            if score is not None:
                st.metric(name, f"{score:.4f}", width="content")
    told = _facts(found)
    if latest is not None and latest.decisions is not None:
        times = latest.decisions
        told["CPU time of a decision"] = (
            f"{seconds(times.p50_s)}, of the slowest in 100 {seconds(times.p99_s)}"
        )
    facts(told)


def _facts(found: Detail) -> dict[str, str]:
    step = found.step
    told = {"step": str(step.step), "outcome": f"{step.outcome} ({step.reason})", "operator": step.operator}
    if step.parents:
        told["from"] = " and ".join(f"step {parent}" for parent in step.parents)
    if step.model is not None:
        told |= {"model": step.model, "cost": dollars(step.usd), "tokens": f"{step.tokens:,}"}
    told["in the archive"] = "entered" if step.is_kept else "did not enter"
    if step.cpu_s:
        told["CPU time"] = seconds(step.cpu_s)
    told["committed"] = local_time(step.at)
    if step.id is not None:
        told["id"] = step.id[:12]
    return told


def _parts(log: RunLog, found: Detail, marks: Marks, verified: Verifications, devices: Checks) -> None:
    """Draws a tab for each part of it that there is."""
    step = found.step
    parts: dict[str, Callable[[], None]] = {"Source": partial(source, log, found)}
    if not found.instances.empty:
        parts["Scores"] = partial(_scores, log, found, verified)
    if step.id is not None:
        parts["Checks"] = partial(_checks, checks(log, found, verified, devices), found)
    if found.request is not None or found.reply is not None:
        parts["Prompt and reply"] = partial(exchange, found)
    if step.step in marks.tags or any(note.step == step.step for note in marks.notes):
        parts["Notes"] = partial(_notes, marks, step.step)
    for tab, draw in zip(st.tabs(list(parts)), parts.values(), strict=True):
        with tab:
            draw()


def _scores(log: RunLog, found: Detail, verified: Verifications) -> None:
    frame = scores(log, found.step, verified)
    if frame["split"].nunique() > 1:
        st.altair_chart(gap(frame), width="stretch")
        st.caption(
            "Splits differ in difficulty. A line that falls where the others do not says that the search set "
            "was learnt, not the problem."
        )
    splits = list(dict.fromkeys(found.instances["split"]))
    start = "search" if "search" in splits else splits[-1]  # where regret is known
    split = st.segmented_control("Instances of", splits, default=start, required=True)
    part = found.instances[found.instances["split"] == split].dropna(axis=1, how="all")
    st.dataframe(part.drop(columns="split"), hide_index=True, column_config=_columns(part))
    if found.feedback is not None:
        st.caption("What the next proposal is told of it")
        prose(found.feedback)


def _columns(part: pd.DataFrame) -> Mapping[str, ColumnConfig]:
    signed = {
        name: st.column_config.NumberColumn(format="%+.4f", help="Above 0 this candidate is better")
        for name in ("over parent", "over champion")
    }
    most = float(part["regret"].max()) if "regret" in part else 0.0
    return {
        "score": st.column_config.ProgressColumn(
            format="%.4f", min_value=0.0, max_value=1.0, color=COLOURS[0], help="1 is the bound"
        ),
        "regret": st.column_config.ProgressColumn(
            format="%.4f",
            min_value=0.0,
            max_value=most or 1.0,
            color=COLOURS[1],
            help="Below the best that any candidate of this run reached on the instance",
        ),
        "best known": st.column_config.NumberColumn(format="%.4f"),
        **signed,
    }


def _checks(found: list[Check], detail: Detail) -> None:
    for check in found:
        with st.container(horizontal=True, wrap=False):
            st.badge(str(check.finding), color=_COLOURS[check.finding])
            st.text(f"{check.title}: {harmless(check.told)}", width="stretch")
    if detail.faults:
        st.caption("Faults by rule")
        st.dataframe(by_rule(detail.faults), hide_index=True)
    if detail.printed:
        st.caption("What it printed")
        prose(detail.printed)
    st.caption(f"What measuring took; from being asked to its commit went {whole(detail.took_s)}")
    rows = [
        {"split": e.split, "CPU": seconds(e.cpu_s), "wall": seconds(e.wall_s), "memory": size(e.peak_bytes)}
        for e in detail.efforts
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True)


def _notes(marks: Marks, step: int) -> None:
    if marks.tags.get(step):
        facts({"tags": ", ".join(marks.tags[step])})
    for note in marks.notes:
        if note.step == step:
            facts({local_time(note.at): note.author})
            prose(note.text)
