"""Lineage: how a candidate came about, and what each edit on the way bought."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.address import chosen_run, chosen_step, link_to, visit
from dashboard.charts.lineage import tree
from dashboard.clicks import visit_chosen
from dashboard.data import Library, RunLog
from dashboard.reading.detail import shortened
from dashboard.reading.lineage import Edit, Lineage, lineage
from dashboard.views.ablation import undone
from evolve.cli.terminal import harmless


def show(library: Library) -> None:
    """Draws the page."""
    st.title("Lineage")
    log = chosen_run(library)
    number = None if log is None else chosen_step(log)
    if log is None or number is None:
        return
    step = log.steps[number]
    if step.id is None:
        st.info(
            "This step came to no candidate, so it has no ancestors. Choose another step beside the page."
        )
        st.text(harmless(f"step {number}: {step.outcome} ({step.reason})"))
        return
    link_to("candidate", f"Step {number} in full", log.run, number, icon=":material/code:")
    found = _lineage(log, (log.run, step.id, step.at, number))
    _totals(found.edits)
    _tree(log, number, found)
    _bought(log, found.edits)
    undone(library, log, number)


@st.cache_resource(show_spinner=False, max_entries=64)
def _lineage(_log: RunLog, of: tuple[str, str, float, int]) -> Lineage:
    """Tells a candidate's lineage once: it never changes, and nobody may change it."""
    return lineage(_log, of[-1])


def _totals(edits: Sequence[Edit]) -> None:
    first, last = edits[0].step, edits[-1].step
    columns = st.columns(4)
    columns[0].metric("Its seed, on search", _score(first.search))
    gained = None if first.search is None or last.search is None else last.search - first.search
    columns[1].metric("Itself", _score(last.search), None if gained is None else f"{gained:+.4f}")
    columns[2].metric("Edits between them", len(edits) - 1)
    usd, cpu_s = sum(e.step.usd for e in edits), sum(e.step.cpu_s for e in edits)
    columns[3].metric("What they cost", f"{usd:.4f} USD" if usd else f"{cpu_s:.3g} CPU s")


def _tree(log: RunLog, number: int, found: Lineage) -> None:
    st.subheader("From seed to candidate")
    if found.nodes["score"].isna().all():
        st.info("Nothing of this line was measured whole on search, so there are no scores to draw it by.")
        return
    event = st.altair_chart(
        tree(found.nodes, found.ties, looked_at=number),
        width="stretch",
        on_select="rerun",
        key="tree",
        alt=f"Ancestors of step {number} by edits since a seed and score on search",
    )
    visit_chosen(log, event.selection)
    st.caption(
        "Each dot is a candidate, with the number of its step where there is room. Firm lines lead from "
        "the parent whose text was edited, the thick ones to the candidate in the circle; dashed lines from "
        "others that took part. A gain over the first parent is sure if its paired 95 % interval over blocks "
        "is above 0. A click opens the candidate."
    )


def _bought(log: RunLog, edits: Sequence[Edit]) -> None:
    st.subheader("What each edit bought")
    if len(edits) == 1:
        st.info("This is a seed: nobody edited it. Choose another step beside the page.")
        return
    event = st.dataframe(
        _table(edits),
        hide_index=True,
        key="edits",
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "search": st.column_config.NumberColumn(format="%.4f"),
            "validation": st.column_config.NumberColumn(format="%.4f", help="Of challengers alone"),
            "dollars": st.column_config.NumberColumn(format="%.4f"),
            "gain, 95 % interval": st.column_config.TextColumn(width=190),
        },
    )
    st.caption(
        "By first parents. Candidates are chosen by their score on search, so gains there flatter; believe "
        "validation. A click on a row shows its edit; without one, that which gained most is shown."
    )
    rows = event.selection.rows
    chosen = edits[rows[0]] if rows else max(edits[1:], key=lambda e: e.gained.gain or 0.0)
    _edit(log, chosen)


def _table(edits: Sequence[Edit]) -> pd.DataFrame:
    rows = [
        {
            "step": edit.step.step,
            "operator": harmless(edit.step.operator),
            "model": None if edit.step.model is None else harmless(edit.step.model),
            "search": edit.step.search,
            "gain, 95 % interval": edit.gained.told,
            "validation": edit.step.validation,
            "lines": f"+{edit.change.added} -{edit.change.removed}" if edit.change else None,
            "dollars": edit.step.usd or None,
        }
        for edit in edits
    ]
    return pd.DataFrame(rows).dropna(axis=1, how="all")


def _edit(log: RunLog, edit: Edit) -> None:
    number, parent = edit.step.step, edit.gained.parent
    if parent is None:
        st.info("This row is the seed; choose another to see what was edited.")
        return
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.text(f"What made step {number} of step {parent}: {edit.gained.told or 'not measured on search'}")
    if right.button(f"Open step {number}"):
        visit("candidate", log.run, number)
    if edit.change is None:
        st.info("The texts are too long to be compared here. In a terminal: adrs diff")
        return
    st.code(shortened(edit.change.together) or "no difference", language="diff")


def _score(score: float | None) -> str:
    return "-" if score is None else f"{score:.4f}"
