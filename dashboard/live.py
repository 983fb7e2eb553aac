"""Pages that are drawn again while their run goes on."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.address import chosen_run, opened
from dashboard.data import Library, RunLog

EVERY_S: Final = 8.0
"""So that the server takes 2 % of a core from a search on the same machine."""


def follow(library: Library, draw: Callable[[RunLog], None]) -> None:
    """Lets a run be chosen, and draws it, again every few seconds until it has ended."""
    log = chosen_run(library)
    if log is not None:
        is_live = library.goes_on(log.run)
        st.fragment(_drawn, run_every=EVERY_S if is_live else None)(library, log.run, draw, is_live)


def _drawn(library: Library, run: str, draw: Callable[[RunLog], None], is_live: bool) -> None:
    log = opened(library, run)
    if log is None:
        return
    if is_live and not library.goes_on(run):
        st.rerun()  # once more as a whole, and then no longer every few seconds
    draw(log)
