"""What the address says is looked at: a run and a candidate. Names are checked where they are used."""

from collections.abc import Sequence

import streamlit as st

from dashboard.data import Library, RunLog, Summary
from evolve.cli.run_names import HOLDOUT_LOG
from evolve.cli.terminal import harmless
from evolve.runs.errors import StoreError
from problems.registry import BrokenProblem, UnknownProblem

RUN, CANDIDATE, OTHER = "run", "candidate", "other"
_LONGEST = 600
"""Characters of an error that are shown."""
PAGES = "pages"
"""Where a viewer's session keeps the pages by their place in the address."""


def look_at(name: str, value: str | int | None) -> None:
    """Writes into the address, and remembers for other pages, what is looked at."""
    if value is None:
        st.session_state.pop(f"at {name}", None)
        st.query_params.pop(name, None)
        return
    st.session_state[f"at {name}"] = str(value)
    if st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)


def looked_at(name: str) -> str | None:
    """What the address says, or else what another page was looking at."""
    found = st.query_params.get(name) or st.session_state.get(f"at {name}")
    return None if found is None else str(found)


def visit(path: str, run: str, step: int) -> None:
    """Turns to another page about a candidate, by an address that leads there again."""
    look_at(RUN, run)
    look_at(CANDIDATE, step)
    st.switch_page(st.session_state[PAGES][path], query_params={RUN: run, CANDIDATE: str(step)})


def link_to(path: str, label: str, run: str, step: int, *, icon: str | None = None) -> None:
    """Draws a link to a page about a candidate; nothing where there is no such page."""
    page = st.session_state.get(PAGES, {}).get(path)
    if page is not None:
        st.page_link(page, label=label, icon=icon, query_params={RUN: run, CANDIDATE: str(step)})


def number_at(name: str) -> int | None:
    """The same as a number; None if it is none."""
    found = looked_at(name)
    return (
        int(found) if found is not None and found.isascii() and found.isdigit() and len(found) < 10 else None
    )


def chosen_run(library: Library) -> RunLog | None:
    """Lets a run be chosen beside the page, and opens it; says what to do where that is not possible."""
    names = [summary.row.name for summary in listed(library)]
    if not names:
        return None
    wanted = looked_at(RUN)
    if wanted is not None and wanted not in names:
        names = [wanted, *names]  # put away, or gone: then opening says so
    place = names.index(wanted) if wanted is not None else 0
    run = st.sidebar.selectbox("Run", names, index=place)
    if run != wanted:
        look_at(CANDIDATE, None)
    look_at(RUN, run)
    return opened(library, run)


def opened(library: Library, run: str) -> RunLog | None:
    """Opens a run, or says why that is not possible."""
    if run == HOLDOUT_LOG:
        st.info("This name is kept for the looks at holdout, which the page Integrity of a run shows.")
        return None
    try:
        return library.log(run)
    except (StoreError, BrokenProblem, UnknownProblem, ValueError, LookupError) as error:
        tell_error("This run cannot be shown.", error)
        return None


def tell_error(what: str, error: Exception | str) -> None:
    """Says what went wrong; why never as markdown, since names that strangers chose may be in it."""
    st.error(what)
    told = harmless(str(error))
    st.text(told if len(told) <= _LONGEST else f"{told[:_LONGEST]} ...")


def listed(library: Library, *, archived: bool = False) -> Sequence[Summary]:
    """Lists the runs, or says why there are none and what to do."""
    try:
        found = library.runs(archived=archived)
    except (StoreError, ValueError) as error:
        tell_error("The runs cannot be listed.", error)
        return []
    if not found and library.unread:
        tell_unread(library)
    elif not found:
        st.info(
            "There are no runs yet. Start one in a terminal, and it appears here while it goes on:\n\n"
            "```\nadrs run txn --max-evals 200\n```"
        )
    return found


def tell_unread(library: Library) -> None:
    """Says which runs are left out of the list, if any are."""
    if library.unread:
        told = "\n".join(f"{name}: {why}" for name, why in library.unread.items())
        tell_error("Runs that another version wrote, or that are damaged, are left out.", told)


def chosen_step(log: RunLog) -> int | None:
    """Lets a candidate of the run be chosen beside the page; the champion first."""
    if not log.steps:
        st.info("This run has no candidate yet.")
        return None
    champion = log.state.champion
    wanted = number_at(CANDIDATE)
    if wanted is None or wanted >= len(log.steps):
        wanted = log.steps[-1].step if champion is None else champion.step
    step = st.sidebar.number_input("Step", min_value=0, max_value=len(log.steps) - 1, value=wanted, step=1)
    look_at(CANDIDATE, int(step))
    return int(step)
