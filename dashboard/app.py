"""The pages and what is around them; started by `adrs dashboard`, never imported by it."""

import argparse
import hmac
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard.address import PAGES
from dashboard.data import Library
from dashboard.views import VIEWS, View

TOKEN = "ADRS_DASHBOARD_TOKEN"  # noqa: S105 - the name of a variable
"""Variable with what a viewer must bring, where others than this machine can reach the pages."""


@st.cache_resource
def library(db: str) -> Library:
    """One for all viewers."""
    return Library(Path(db))


def main() -> None:
    """Draws the page that the address names."""
    st.set_page_config(page_title="adrs", page_icon=":material/science:", layout="wide")
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", required=True)
    found = library(parser.parse_args().db)
    if not _is_let_in():
        return
    pages = {
        view.path: st.Page(
            _page(view, found), title=view.title, icon=view.icon, url_path=view.path, default=number == 0
        )
        for number, view in enumerate(VIEWS)
    }
    st.session_state[PAGES] = pages  # one page turns to another by its path
    st.navigation(list(pages.values())).run()


def _page(view: View, found: Library) -> Callable[[], None]:
    return partial(view.show, found)


def _is_let_in() -> bool:
    """Whether the viewer brought the token, in the address or by hand; without a token everyone is."""
    token = os.environ.get(TOKEN, "")
    if not token or st.session_state.get("let in"):
        return True
    brought = st.query_params.get("token", "") or st.text_input("Token", type="password")
    if brought and hmac.compare_digest(brought.encode(), token.encode()):
        st.session_state["let in"] = True
        st.query_params.pop("token", None)
        return True
    if brought:
        st.error("This is not the token that `adrs dashboard` printed.")
    return False


main()
