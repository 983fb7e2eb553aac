"""Integrity: what went wrong, what was tried, and how often the secret sets were looked at."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard.address import visit
from dashboard.charts.integrity import bound_chart, device_chart, faults_chart
from dashboard.data import Library, RunLog
from dashboard.live import follow
from dashboard.panels import prose
from dashboard.reading.integrity import (
    NEAR,
    SLACK,
    attempts_table,
    device_cases,
    devices,
    faults_over_time,
    looks,
    published,
    rules,
    scores_near_bound,
    suspects,
    verdicts,
)
from evolve.cli.report import sandbox_sentence
from evolve.runs.device_checks import Checks

_SCORE: Final = st.column_config.NumberColumn(format="%.4f")
_MOMENT: Final = st.column_config.DatetimeColumn("time", format="YYYY-MM-DD HH:mm")


def show(library: Library) -> None:
    """Draws the page."""
    st.title("Integrity")
    follow(library, _page)


def _page(log: RunLog) -> None:
    looked, verified = looks(log), verdicts(log)
    _heading(log, looked, verified)
    if log.steps:
        _faults(log)
        _attempts(log)
        _bound(log)
    else:
        st.info("No candidate has been committed yet, so there is nothing to doubt. Go on with: adrs resume.")
    _published(log)
    _looks(log, looked)
    _verifications(log, verified)
    champion, checks = log.state.champion, devices(log)
    _device(checks, checks.told(None if champion is None else champion.step))


def _heading(log: RunLog, looked: pd.DataFrame, verified: pd.DataFrame) -> None:
    measured = [step for step in log.steps if step.outcome == "evaluated"]
    faulty = sum(1 for step in measured if step.faults)
    part = f" ({faulty / len(measured):.0%})" if faulty else ""
    tried = sum(1 for step in measured if step.attempts)
    beyond = sum(1 for step in measured if step.is_quarantined)
    told = {
        "Evaluated": (str(len(measured)), "Candidates that were measured."),
        "With a fault": (f"{faulty}{part}", "Candidates that failed on an instance at least."),
        "Tried too much": (str(tried), "Candidates that did what no decision needs, and were stopped."),
        "Beyond the bound": (str(beyond), "Candidates with a score that is proven to be impossible."),
        "Holdout looks": (str(len(looked)), "Of anybody, on this problem, from this store."),
        "Verifications": (str(len(verified)), "Of this run; the next one by: adrs verify RUN."),
    }
    with st.container(horizontal=True, gap="medium"):
        for label, (value, what) in told.items():
            st.metric(label, value, width="content", help=what)
    notes = log.header.machine.get("sandbox_notes", ())
    st.text(f"Measured in the sandbox's mode {sandbox_sentence(log.header.spec.sandbox, notes)}.")


def _faults(log: RunLog) -> None:
    found = faults_over_time(log.steps)
    if not (len(found) and found["candidates"].any()):
        return
    st.subheader("Faults over time")
    st.altair_chart(
        faults_chart(found), width="stretch", alt="Share of candidates with a fault over evaluations"
    )
    st.caption("A candidate counts by its first fault; below, by every rule that it broke.")
    _table(log, rules(log.steps), "last step", key="rules")


def _attempts(log: RunLog) -> None:
    found = attempts_table(log.steps)
    if not len(found):
        return
    st.subheader("Tried, and not allowed")
    _table(log, found, "last step", key="attempts")
    st.caption(
        "The sandbox refused it or ended the policy, and a score beyond the bound is never believed. Most is "
        "clumsiness; a row that grows is worth a look at what its candidates were asked."
    )


def _bound(log: RunLog) -> None:
    found = scores_near_bound(log.steps)
    if not len(found):
        return
    st.subheader("Scores and the bound")
    st.altair_chart(bound_chart(found), width="stretch", alt="How many candidates have which score on search")
    if any(step.is_quarantined for step in log.steps):
        st.error(
            "A score passes 1, which is proven to be impossible: the bound or the evaluator has a hole. No "
            "score of this run is to be believed before it is mended, and all is measured anew: adrs rescore."
        )
    else:
        there = int((log.best_known >= 1.0 - SLACK).sum())
        st.caption(
            f"No policy can pass 1, which is proven. It is reached on {there} of {len(log.best_known)} "
            "search instances by some candidate."
        )
    close = suspects(log)
    if len(close):
        st.caption(f"Beyond the bound, or within {NEAR:g} of it: too good to be believed without a look.")
        _table(log, close, "step", key="suspects")


def _published(log: RunLog) -> None:
    found = published(log)
    if not len(found):
        return
    st.subheader("Published set: strict scores and published ones")
    st.dataframe(found, hide_index=True, column_config={"strict": _SCORE}, placeholder="-")
    st.caption(
        "Where the published scale and the strict one rank policies differently, the published rules reward "
        "something else."
    )


def _looks(log: RunLog, found: pd.DataFrame) -> None:
    if not len(found):
        return
    st.subheader("Looks at holdout")
    _table(log, found, "step", key="looks")
    st.caption(
        f"Every time that a policy was measured on the holdout split of {log.problem.name}, from this store: "
        "with each look it is less unseen, and the best of many looks is luck."
    )


def _verifications(log: RunLog, found: pd.DataFrame) -> None:
    if not len(found):
        return
    st.subheader("Verifications")
    _table(log, found.drop(columns="verdict"), "step", key="verdicts")
    st.caption("What the latest says:")
    prose(str(found["verdict"].iloc[0]))


def _device(found: Checks, told: str) -> None:
    latest = found.latest
    if latest is None:
        return
    st.subheader("Simulator and GPU")
    if latest.tau is not None:
        st.metric("Kendall's tau, simulator against device", f"{latest.tau['tau']:+.2f}", width="content")
    st.text(told)
    st.altair_chart(device_chart(device_cases(latest)), width="stretch", alt="Measured over simulated values")
    st.text(f"Both axes: {latest.unit}.")


def _table(log: RunLog, frame: pd.DataFrame, step: str, *, key: str) -> None:
    """Shows rows; choosing one opens the candidate of its column `step`, if there is one."""
    event = st.dataframe(
        frame,
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="-",
        column_config={"at": _MOMENT}
        | dict.fromkeys(["search", "validation", "highest on an instance", "score"], _SCORE),
    )
    for row in event.selection.rows:
        if pd.notna(frame[step].iloc[row]):
            visit("candidate", log.run, int(frame[step].iloc[row]))
