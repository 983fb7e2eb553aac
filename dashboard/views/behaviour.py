"""Behaviour: two policies on one instance, decision by decision."""

from collections.abc import Hashable
from typing import Final

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.actions import Action, Refused, trace
from dashboard.address import chosen_run, chosen_step, link_to, look_at, looked_at, number_at, tell_error
from dashboard.charts.traces import figure_panel, lane_panel
from dashboard.commands import Started, commands
from dashboard.data import Library, RunLog
from dashboard.panels import facts, prose
from dashboard.reading.rivals import Meeting, Policy, is_otherwise, meetings, rivals, unnamed
from dashboard.reading.traces import Trace, Traces, around, is_words, lanes, metrics, parted, timeline
from evolve.cli.terminal import harmless
from problems.base import Split

_AGAINST, _INSTANCE, _SPLIT = "against", "instance", "split"
_ANOTHER: Final = "another step"
_CONSENT: Final = "traces at once"
"""Where a viewer's session keeps that a trace was asked for: the next ones wait for no button."""
_SHOWN: Final = "behaviour in"
"""Where it keeps the run that was shown last: what is chosen of one run means nothing in another."""
_LOOK_S: Final = 0.2
_NEAR: Final = (10, 40)
"""Rows before and behind the first difference that are near it."""
_WHOLE, _CLOSE = "all of it", "around the first difference"
_SPLITS: Final = (Split.VALIDATION, Split.SEARCH)


@st.cache_resource
def _traces(db: str) -> Traces:
    """One for all viewers of a store."""
    del db
    return Traces()


def show(library: Library) -> None:
    """Draws the page."""
    st.title("Behaviour")
    log = chosen_run(library)
    step = None if log is None else chosen_step(log)
    if log is None or step is None:
        return
    st.text(f"What step {step} does on one instance, and where another policy first does otherwise.")
    if log.steps[step].id is None:
        st.info("This step came to no candidate, so there is nothing to trace; choose another one.")
        return
    if st.session_state.get(_SHOWN) not in {None, log.run}:
        for name in (_AGAINST, _INSTANCE, _SPLIT):
            look_at(name, None)
    st.session_state[_SHOWN] = log.run
    link_to("candidate", f"Step {step} in full", log.run, step, icon=":material/code:")
    chosen = _chosen(log, step)
    if chosen is None:
        return
    action, meeting = chosen
    key = (action, log.steps[0].at)  # another run may have had this name
    found = _traces(str(library.db)).known(key)
    if found is None:
        _trace(library, action, key)
        return
    if is_otherwise(found, meeting):
        st.warning(
            "Measured now, a score differs from that in the run's log: the evaluator was repaired since, or "
            "a limit of time decided. To measure the run's candidates anew: adrs rescore RUN"
        )
    _told(found, one_shot=log.problem.one_shot)
    with st.expander("As typed in a terminal; add --out FILE.csv for all rows"):
        st.code(action.typed(library.db), language="bash", wrap_lines=True)


def _chosen(log: RunLog, step: int) -> tuple[Action, Meeting] | None:
    """Lets a viewer choose the other policy and the instance."""
    splits = [split for split in _SPLITS if split in log.header.layouts]
    left, right = st.columns(2)
    with left:
        against = _against(log, step)
    with right:
        said = looked_at(_SPLIT)
        start = next((split for split in splits if split == said), splits[0])
        split = st.segmented_control("Instances of", splits, default=start, required=True)
    look_at(_SPLIT, split)
    found = meetings(log, step, against, split)
    wanted = looked_at(_INSTANCE)
    place = next((n for n, meeting in enumerate(found) if meeting.instance == wanted), 0)
    meeting: Meeting = st.selectbox(
        "Instance, those first where the scores are furthest apart",
        found,
        index=place,
        format_func=lambda each: harmless(str(each)),
    )
    look_at(_INSTANCE, meeting.instance)
    try:
        return trace(log, step, meeting.instance, split=split, against=against), meeting
    except Refused as error:
        tell_error("This cannot be traced.", error)
        return None


def _against(log: RunLog, step: int) -> Policy:
    """Lets a viewer choose the other policy: by what it is to this one, or by its number."""
    named = rivals(log, step)
    said, spare = looked_at(_AGAINST), unnamed(log, step, named)
    place = next((n for n, policy in enumerate(named.values()) if str(policy) == said), None)
    number = number_at(_AGAINST) if place is None else None
    number = number if number is not None and number < len(log.steps) else None
    place = len(named) if number is not None else place or 0
    chosen = st.selectbox("Against", [*named, _ANOTHER], index=place)
    found = named.get(chosen)
    if found is None:
        start = spare if number is None else number
        found = int(st.number_input("Which", min_value=0, max_value=len(log.steps) - 1, value=start))
    look_at(_AGAINST, found)
    return found


def _trace(library: Library, action: Action, key: Hashable) -> None:
    """Has both policies traced once the viewer asked for it, and draws the page anew."""
    if not st.session_state.get(_CONSENT):
        st.text("Both policies are measured once more, in the sandbox; that takes seconds.")
        with st.expander("As typed in a terminal"):
            st.code(action.typed(library.db), language="bash", wrap_lines=True)
        if not st.button("Trace both", type="primary", icon=":material/play_arrow:"):
            return
        st.session_state[_CONSENT] = True
    try:
        started = commands(library.db).start(action)
    except Refused as error:
        tell_error("This was not started.", error)
        return
    _wait(started)
    try:
        found = Trace.read(started.output)
    except ValueError:
        st.error(f"The command ended with exit code {started.code}. What it said:")
        prose(started.said.strip() or "nothing")
        return
    _traces(str(library.db)).keep(key, found)
    st.rerun()


def _wait(started: Started) -> None:
    """Waits for a command; a viewer who turns away ends it."""
    try:
        with st.spinner("Measuring both in the sandbox", show_time=True):
            place = st.empty()
            while started.wait(_LOOK_S) is None:
                place.empty()  # here the page learns that it is no longer looked at
    finally:
        if started.code is None:
            started.stop()


def _told(found: Trace, *, one_shot: bool) -> None:
    facts(_facts(found, "position" if one_shot else "step"))
    for policy in found.policies:
        if policy.fault:
            st.warning("One of them ended with a fault; its rows are those until then.")
            prose(f"{policy.name}: {policy.fault}")
    _panels(found)
    left, right = st.columns(2)
    with left:
        _parting(found)
    with right:
        st.subheader("What it came to", anchor=False)
        st.dataframe(metrics(found), hide_index=True, column_config=_formats(found))
    _rows(found)


def _facts(found: Trace, unit: str) -> dict[str, str]:
    told = {
        label: f"{policy.name}: {'no score' if policy.score is None else f'{policy.score:.4f}'}"
        for label, policy in zip(("the one", "the other"), found.policies, strict=False)
    }
    if all(policy.rows for policy in found.policies):
        at, seen = found.parting, found.seen
        told["first difference"] = "none: they decide alike to the end" if at is None else f"{unit} {at}"
        if at is not None and unit == "step":
            told["what they see"] = "the same to the end" if seen is None else f"differs from step {seen} on"
    return told


def _parting(found: Trace) -> None:
    frame = parted(found)
    if frame.empty:
        return
    st.subheader("Where they part", anchor=False)
    st.dataframe(frame, hide_index=True)


def _panels(found: Trace) -> None:
    drawable, best = found.columns()
    if not drawable:
        return
    st.subheader("Over time", anchor=False)
    shown = st.multiselect("Columns", drawable, default=best or drawable[:4])
    at, within = found.parting, None
    if at is not None:
        stretch = st.segmented_control("Stretch", [_WHOLE, _CLOSE], default=_WHOLE, required=True)
        within = (max(0, at - _NEAR[0]), at + _NEAR[1]) if stretch == _CLOSE else None
    here = None if at is None else found.time_at(at)
    has_legend = False
    for column in shown:
        frame = timeline(found, column, within=within)
        if is_words(column, frame):
            chart = lane_panel(lanes(frame), column, found.clock, here)
        else:
            chart = figure_panel(frame, column, found.clock, here, has_legend=not has_legend)
            has_legend = True
        st.altair_chart(chart, width="stretch")
    if shown:
        dashed = "" if at is None else " Dashed upright: where they first decide differently."
        st.caption(f"Units are in the names of columns.{dashed}")


def _formats(found: Trace) -> dict[str, ColumnConfig]:
    columns = {policy.name: st.column_config.NumberColumn(format="%.6g") for policy in found.policies}
    help_ = "The first minus the second"
    return columns | {"difference": st.column_config.NumberColumn(format="%+.6g", help=help_)}


def _rows(found: Trace) -> None:
    st.subheader("Decisions" if found.parting is None else "Decisions around the first difference")
    for policy in found.policies:
        st.text(harmless(policy.name))
        if policy.rows:
            st.dataframe(around(found, policy), hide_index=True)
        else:
            st.text("It decided nothing.")
