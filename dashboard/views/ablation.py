"""A part of the lineage: what each change is worth, by undoing it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard import actions
from dashboard.commands import commands
from dashboard.data import Library, RunLog
from dashboard.errands import errand
from dashboard.reading.ablation import WORTH, forest, found_of, table, worths
from dashboard.reading.detail import ancestors, shortened
from evolve.runs.ablations import Ablation


def undone(library: Library, log: RunLog, number: int) -> None:
    """Lets each change of a candidate be undone once, and shows what came of it."""
    line = [step.step for step in ancestors(log, number)[1:]]
    if not line:
        return
    st.subheader("With one change undone")
    found = found_of(log, number)
    asked = [since for since in found if since in line]
    against = st.selectbox(
        "Changes since",
        line,
        index=line.index(asked[-1]) if asked else 0,
        format_func=lambda since: _named(since, line),
    )
    if library.goes_on(log.run):
        st.info("This can be asked once the run stands still: what is found is written into its log.")
    else:
        make = partial(actions.ablate, log, number, against=against)
        errand(commands(library.db), "Undo each change once, and measure", make, key="ablate")
    if against in found:
        _worths(found[against])


def _named(since: int, line: Sequence[int]) -> str:
    if since == line[0]:
        return f"step {since}, its first parent"
    return f"step {since}, its seed" if since == line[-1] else f"step {since}"


def _worths(found: Ablation) -> None:
    shown = worths(found.changes)
    if len(shown):
        st.altair_chart(forest(shown), width="stretch", alt="What each change is worth")
    whole = "" if found.whole.worth is None else f"All changes together: {found.whole.worth}. "
    st.caption(
        f"Step {found.step} scores {found.score:.4f} on validation. Each change was undone alone, and the "
        "rest measured anew: worth is what the candidate has more, with a paired 95 % interval over blocks. "
        f"{whole}Worths need not add up. A click on a row shows the change."
    )
    event = st.dataframe(
        table(found),
        hide_index=True,
        key="changes",
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "without it": st.column_config.NumberColumn(format="%.4f", help="Score on validation"),
            WORTH: st.column_config.TextColumn("worth, 95 % interval"),
        },
    )
    for row in event.selection.rows:
        st.code(shortened(found.changes[row].change), language="diff")
