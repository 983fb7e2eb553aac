"""The source of a candidate, alone or beside another."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard.address import OTHER
from dashboard.data import RunLog
from dashboard.panels import program, prose
from dashboard.reading.detail import Detail, ancestors, shortened, source_of
from dashboard.reading.differences import MOST_LINES, difference
from dashboard.reading.rivals import unnamed

_ALONE: Final = "nothing"
_ANOTHER: Final = "another step"
_SHOWN: Final = "source of"
"""Where a viewer's session keeps whose source was shown last."""


def source(log: RunLog, found: Detail) -> None:
    """Draws it, and lets a viewer choose what it stands beside."""
    if found.source is None:
        st.info("This step came to no candidate.")
        if found.detail:
            prose(found.detail)
        return
    left, right = st.columns(2)
    with left:
        other = _other(log, found.step.step)
    if other is None:
        program(found.source)
        return
    with right:
        form = st.segmented_control("Shown", ["together", "side by side"], default="together", required=True)
    _beside(log, found, other, together=form == "together")


def _other(log: RunLog, step: int) -> int | None:
    """Lets a viewer choose another step; the address keeps it as long as the candidate is the same."""
    if st.session_state.get(_SHOWN) not in {None, (log.run, step)}:
        st.query_params.pop(OTHER, None)
    st.session_state[_SHOWN] = (log.run, step)
    named = _named(log, step)
    wanted, spare = _wanted(log, step), unnamed(log, step, named)
    options = [_ALONE, *named, _ANOTHER]
    place = next((n for n, label in enumerate(options) if named.get(label) == wanted), len(options) - 1)
    chosen = st.selectbox("Beside", options, index=0 if wanted is None else place)
    other = named.get(chosen)
    if chosen == _ANOTHER:
        start = spare if wanted is None or wanted in named.values() else wanted
        other = int(st.number_input("Which", min_value=0, max_value=len(log.steps) - 1, value=start))
    if other == _parent(log, step):
        st.query_params.pop(OTHER, None)
    else:
        st.query_params[OTHER] = _ALONE if other is None else str(other)
    return other


def _named(log: RunLog, step: int) -> Mapping[str, int]:
    """The steps that people ask for, by what they are to this one."""
    line = [one.step for one in ancestors(log, step)[1:]]
    found = {f"{'parent' if n == 0 else 'ancestor'}, step {number}": number for n, number in enumerate(line)}
    for number in log.steps[step].parents[1:]:
        found.setdefault(f"other parent, step {number}", number)
    champion = log.state.champion
    if champion is not None and champion.step not in {step, *found.values()}:
        found[f"champion, step {champion.step}"] = champion.step
    return found


def _wanted(log: RunLog, step: int) -> int | None:
    """What the address says; else the parent, if there is one."""
    said = st.query_params.get(OTHER, "")
    if said.isascii() and said.isdigit() and len(said) < 10 and int(said) < len(log.steps):
        return int(said)
    return None if said == _ALONE else _parent(log, step)


def _parent(log: RunLog, step: int) -> int | None:
    return next(iter(log.steps[step].parents), None)


def _beside(log: RunLog, found: Detail, other: int, *, together: bool) -> None:
    old = source_of(log, other)
    if old is None or found.source is None:
        st.info(f"Step {other} came to no candidate; choose another.")
        return
    apart = difference(old, found.source, names=(f"step {other}", f"step {found.step.step}"))
    if apart is None:
        st.info(
            f"One of them has more than {MOST_LINES:,} lines, too many to compare here; in a terminal: "
            "adrs diff RUN STEP STEP"
        )
        program(found.source)
    elif not apart.together:
        st.info("Both have the same text.")
    elif together:
        st.caption(f"Lines of step {other} that are gone: {apart.removed}; new ones: {apart.added}")
        st.code(shortened(apart.together), language="diff")
    else:
        for column, number, text in zip(
            st.columns(2), (other, found.step.step), (apart.old, apart.new), strict=True
        ):
            column.caption(f"step {number}")
            column.code(shortened(text), language="diff")
