"""Archive: which behaviours were found, what cannot be had together, and who leads where."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.address import visit
from dashboard.charts.archive import MOST_POINTS, front_chart, heat_map
from dashboard.clicks import visit_chosen
from dashboard.data import Library, RunLog
from dashboard.live import follow
from dashboard.reading.cells import cells, leaders_table, leading, sound, words
from dashboard.reading.fronts import front, measures
from problems.base import Axis

_WHY_EMPTY: Final = (
    "It fills while a run goes on; the Candidate page tells what became of each, and a run that was killed "
    "goes on with: adrs resume."
)
_SCORE: Final = st.column_config.NumberColumn(format="%.4f")


def show(library: Library) -> None:
    """Draws the page."""
    st.title("Archive")
    follow(library, _page)


def _page(log: RunLog) -> None:
    if not log.elites():
        st.info(
            "The archive keeps candidates that were measured whole on search without a fault, and so far "
            f"there is none. {_WHY_EMPTY}"
        )
        return
    _behaviour(log)
    _trade(log)
    _leaders(log)


def _behaviour(log: RunLog) -> None:
    st.subheader("Behaviour")
    found = cells(log, _chosen_axes(log.problem.axes))
    event = st.altair_chart(
        heat_map(found), width="stretch", on_select="rerun", key="cells", alt="Best score by behaviour"
    )
    visit_chosen(log, event.selection)
    st.caption(
        f"{found.filled} of {len(found.frame)} cells are held, each by its best candidate: its score on "
        "search, higher is better, 1 is the bound. The frame is where the champion is. "
        "A click opens the candidate."
    )
    with st.expander("As a table"):
        held = found.frame.dropna(subset="score").sort_values("score", ascending=False)
        names = dict(zip(("across", "up"), (words(axis.metric) for axis in found.axes), strict=False))
        shown = held[["step", "score", "candidates", *names]].rename(columns=names)
        _table(log, shown, ["score"], key="cells as a table")


def _chosen_axes(axes: Sequence[Axis]) -> list[int]:
    """Lets two axes be chosen where there are more."""
    if len(axes) <= 2:
        return list(range(len(axes)))
    left, right = st.columns(2)
    across = left.selectbox("Across", range(len(axes)), format_func=lambda i: words(axes[i].metric))
    others = [i for i in range(len(axes)) if i != across]
    return [across, right.selectbox("Up", others, format_func=lambda i: words(axes[i].metric))]


def _trade(log: RunLog) -> None:
    st.subheader("What cannot be had together")
    frame = sound(log.frame())
    known = {measure.title: measure for measure in measures(frame)}
    if len(known) < 2:
        st.info("So far the candidates differ in fewer than two figures: there is nothing to trade.")
        return
    left, right = st.columns(2)
    metric = next((i for i, m in enumerate(known.values()) if m.is_metric), 1)
    across = known[left.selectbox("Across", list(known), index=metric, key="across")]
    up = known[right.selectbox("Up", list(known), key="up")]
    best = front(frame, across, up)
    event = st.altair_chart(
        front_chart(frame, best, across, up), width="stretch", on_select="rerun", key="front", alt="A front"
    )
    visit_chosen(log, event.selection)
    kept = f", of those beaten {MOST_POINTS:,} at most" if len(frame) - len(best) > MOST_POINTS else ""
    st.caption(
        f"Each point is a candidate{kept}. In colour, and joined: those that no other beats in one figure "
        f"without losing in the other, {len(best)} of {len(frame)}. A metric's sense is the way it goes with "
        "the score on search. A click opens the candidate."
    )
    with st.expander("As a table"):
        names = {across.column: across.label, up.column: up.label}
        shown = best[list(dict.fromkeys(["step", "operator", *names]))].rename(columns=names)
        _table(log, shown, [], key="front as a table")


def _leaders(log: RunLog) -> None:
    st.subheader("Leaders by instance")
    frame = leaders_table(leading(log))
    steps = [name for name in frame.columns if name.endswith(" step")]
    event = st.dataframe(
        frame,
        hide_index=True,
        key="leaders",
        on_select="rerun",
        selection_mode="single-cell",
        column_config={name: _SCORE for name in frame.columns if name not in {"instances", *steps}},
    )
    for row, column in event.selection.cells:
        if column in steps and pd.notna(frame[column].iloc[row]):
            visit("candidate", log.run, int(frame[column].iloc[row]))
    st.caption(
        "The best few candidates on each group of instances that are measured together, first where the "
        "champion is furthest behind. A click on a step opens the candidate."
    )


def _table(log: RunLog, frame: pd.DataFrame, scores: Sequence[str], *, key: str) -> None:
    """Shows rows that have a `step`; choosing one opens its candidate, by keyboard too."""
    event = st.dataframe(
        frame.astype({"step": int}),
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        column_config=dict.fromkeys(scores, _SCORE),
    )
    for row in event.selection.rows:
        visit("candidate", log.run, int(frame["step"].iloc[row]))
