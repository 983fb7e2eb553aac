"""Candidate: what it is, what it did, and what can be doubted about it."""

import pandas as pd
import streamlit as st

from dashboard.address import CANDIDATE, chosen_run, chosen_step, look_at
from dashboard.data import Library, RunLog, Step
from dashboard.detail import Detail, ancestors, detail_of, diff, shortened, source_of


def show(library: Library) -> None:
    """Draws the page."""
    st.title("Candidate")
    log = chosen_run(library)
    number = None if log is None else chosen_step(log)
    if log is None or number is None:
        return
    found = detail_of(log, number)
    _heading(log, found.step)
    source, instances, asked = st.tabs(["Source", "Instances", "Prompt and reply"])
    with source:
        _source(log, found)
    with instances:
        _instances(found)
    with asked:
        _asked(found)


def _heading(log: RunLog, step: Step) -> None:
    columns = st.columns(4)
    columns[0].metric("Search", "-" if step.search is None else f"{step.search:.4f}")
    columns[1].metric("Validation", "-" if step.validation is None else f"{step.validation:.4f}")
    columns[2].metric("Operator", step.operator)
    columns[3].metric("Cost", f"{step.usd:.4f} USD" if step.usd else f"{step.cpu_s:.3g} CPU s")
    told = [f"step {step.step}: {step.outcome} ({step.reason})"]
    if step.model:
        told.append(f"model {step.model}")
    if step.is_promoted:
        told.append("became champion")
    if step.is_quarantined:
        told.append("a score passes its bound: a hole in the problem, not a find")
    st.text(", ".join(told))
    if step.parents:
        st.text("from step " + " and ".join(map(str, step.parents)))
        if st.button(f"To its parent, step {step.parents[0]}"):
            look_at(CANDIDATE, step.parents[0])
            st.rerun()


def _source(log: RunLog, found: Detail) -> None:
    if found.source is None:
        st.info(f"This step came to no candidate: {found.step.reason}.")
        if found.detail:
            st.code(shortened(found.detail), language=None)
        return
    line = [step.step for step in ancestors(log, found.step.step)[1:]]
    against = st.selectbox(
        "Beside", ["nothing", *(f"ancestor, step {n}" for n in line)], index=min(1, len(line))
    )
    if against == "nothing":
        st.code(shortened(found.source), language="python", line_numbers=True)
        return
    number = line[[f"ancestor, step {n}" for n in line].index(against)]
    old = source_of(log, number) or ""
    text = diff(old, found.source, names=(f"step {number}", f"step {found.step.step}"))
    st.code(shortened(text) or "no difference", language="diff")


def _instances(found: Detail) -> None:
    if found.instances.empty:
        st.info("It was not measured.")
        return
    splits = list(dict.fromkeys(found.instances["split"]))
    split = st.segmented_control("Split", splits, default=splits[-1]) or splits[-1]
    frame = found.instances[found.instances["split"] == split].dropna(axis=1, how="all")
    st.dataframe(frame.drop(columns="split"), hide_index=True)
    if found.faults:
        st.dataframe(
            pd.DataFrame([{n: getattr(f, n) for n in f.__slots__} for f in found.faults]), hide_index=True
        )
    if found.printed:
        st.caption("What it printed")
        st.code(shortened(found.printed), language=None)


def _asked(found: Detail) -> None:
    if found.request is None:
        st.info("No model was asked: an operator without one made this candidate.")
        return
    st.code(shortened(str(found.request)), language=None)
    if found.reply is not None and found.reply.completion is not None:
        st.caption("Raw reply")
        st.code(shortened(found.reply.completion.text), language=None)
