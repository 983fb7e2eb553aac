"""Commands on a page: a button that starts one, what it is doing, and what came of it."""

import time
from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.actions import Action, Refused
from dashboard.commands import Commands, Started
from dashboard.reading.detail import shortened
from evolve.cli.terminal import harmless

_LONGEST_S: Final = 60.0
"""For a command that writes a line; it is left alone after that, and goes on."""
_EVERY_S: Final = 1.0
_LINES: Final = 12
_CAME: Final = "came of the last command"


def do(found: Commands, *makes: Callable[[], Action]) -> None:
    """Has short commands done, each if those before were, and draws the page anew.

    `tell_outcome` then says what came of them.
    """
    told = True, ""
    with st.spinner("Writing ..."):
        for make in makes:
            if told[0]:
                told = _done(found, make)
    st.session_state[_CAME] = told
    st.rerun()


def _done(found: Commands, make: Callable[[], Action]) -> tuple[bool, str]:
    try:
        started = found.start(make())
    except Refused as error:
        return False, str(error)
    code = started.wait(_LONGEST_S)
    if code is None:
        return False, f"{started.action.title} takes longer than {_LONGEST_S:.0f} s; look again later"
    return code == 0, started.said.strip() or f"exit code {code}"


def tell_outcome() -> None:
    """Says once what came of the last short command."""
    if _CAME in st.session_state:
        is_good, told = st.session_state.pop(_CAME)
        (st.success if is_good else st.error)("Written." if is_good else "Nothing was written.")
        st.text(harmless(told))  # never as markdown: names of runs are in it


def errand(found: Commands, label: str, make: Callable[[], Action], *, key: str) -> Started | None:
    """Draws a button for a long command; gives the latest of its kind once it has ended.

    While it goes on, the part is drawn anew every second, and the whole page when it ends.
    """
    try:
        action = make()
    except Refused as error:
        st.button(label, key=key, disabled=True)
        st.text(harmless(str(error)))
        return None
    latest = next(iter(found.of(action.runs[0], action.verb)), None)
    if latest is not None and latest.code is None:
        st.fragment(_watched, run_every=_EVERY_S)(latest, key)
        return None
    if st.button(label, key=key):
        try:
            found.start(action)
        except Refused as error:
            st.error("This was not started.")
            st.text(harmless(str(error)))
        else:
            st.rerun()
    with st.expander("As typed in a terminal"):
        st.code(action.typed(found.db), language="bash", wrap_lines=True)
    if latest is not None:
        _tell_end(latest)
    return latest


def _watched(started: Started, key: str) -> None:
    if started.code is not None:
        st.rerun(scope="app")
    st.text(f"{harmless(started.action.title)}: running for {time.time() - started.began:.0f} s")
    lines = harmless(started.said).splitlines()[-_LINES:]
    st.code("\n".join(lines) or "nothing said yet", language=None, wrap_lines=True)
    if st.button("Stop", key=f"stop {key}"):
        started.stop()
        st.rerun(scope="app")


def _tell_end(started: Started) -> None:
    code, told = started.code, started.said.strip()
    if code == 0:
        st.success("Ended well.", icon=":material/check:")
    elif code is not None and code < 0:
        st.warning("It was stopped.", icon=":material/stop_circle:")
    else:
        st.error(f"Ended with exit code {code}.", icon=":material/error:")
    last = told.splitlines()[-1] if told else "it said nothing"
    st.text(harmless(f"{started.action.title}: {last}"))
    output = "\n".join(part for part in (told, started.output.strip()) if part)
    with st.expander("All that it printed"):
        st.code(shortened(harmless(output)), language=None)
