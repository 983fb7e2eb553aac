"""The pages and what is around them; started by `adrs dashboard`, never imported by it."""

import argparse
import hmac
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from dashboard.address import CANDIDATE, PAGES, RUN, looked_at, tell_error
from dashboard.commands import TOKEN
from dashboard.data import Library, library
from dashboard.views import VIEWS, View
from evolve.runs.errors import StoreError

_ICON = Path(__file__).with_name("icon.svg")  # of ours: a named one would be fetched from elsewhere
_BROUGHT = "token brought"  # where a viewer's session keeps it


def main() -> None:
    """Draws the page that the address names."""
    st.set_page_config(page_title="adrs", page_icon=str(_ICON), layout="wide")
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", required=True)
    found = library(Path(parser.parse_args().db))
    let_in = _is_let_in()
    pages = {
        view.path: st.Page(
            _page(view, found), title=view.title, icon=view.icon, url_path=view.path, default=number == 0
        )
        for number, view in enumerate(VIEWS)
    }
    st.session_state[PAGES] = pages  # one page turns to another by its path
    # The page is named even to those who are still to bring the token, so that they end up there.
    page = st.navigation(list(pages.values()), position="hidden")
    if let_in:
        place = st.sidebar.empty()
        looked = _links(place, pages)
        page.run()
        if looked != _looked():  # the page has chosen a run
            _links(place, pages)


def _links(place: DeltaGenerator, pages: Mapping[str, StreamlitPage]) -> Mapping[str, str]:
    """Draws links to all pages, and gives what they say of what is looked at.

    If they did not, a page would add it to the address, and a browser's way back would end there.
    """
    looked = _looked()
    with place.container(gap="xsmall"):
        for page in pages.values():
            st.page_link(page, query_params=looked)
        st.divider()
    return looked


def _looked() -> Mapping[str, str]:
    return {name: at for name in (RUN, CANDIDATE) if (at := looked_at(name)) is not None}


def _page(view: View, found: Library) -> Callable[[], None]:
    return partial(_shown, view, found)


def _shown(view: View, found: Library) -> None:
    """Draws a page; a store that was deleted or damaged meanwhile is said in a sentence."""
    try:
        view.show(found)
    except StoreError as error:
        tell_error("The store cannot be read.", error)


def _is_let_in() -> bool:
    """Whether the viewer brought the token, in the address or by hand; without one our own pages are.

    What was brought is kept, not that it was right: a viewer's program can claim any state of a session.
    """
    token = os.environ.get(TOKEN, "")
    if not token:
        return _is_our_page()
    brought = [st.query_params.get("token", ""), st.session_state.get(_BROUGHT, "")]
    if any(_is_same(text, token) for text in brought):
        st.session_state[_BROUGHT] = token
        st.query_params.pop("token", None)  # so that it is not handed on with a link
        return True
    typed = st.text_input("Token", type="password", help="As adrs dashboard printed it.")
    if typed and _is_same(typed, token):
        st.session_state[_BROUGHT] = token
        st.rerun()
    if typed or any(brought):
        st.error("This is not the token that `adrs dashboard` printed.")
    return False


def _is_our_page() -> bool:
    """Whether the browser speaks for a page of this server, and not for another that this machine serves."""
    origin = st.context.headers.get("Origin")
    if origin is None or urlsplit(origin).netloc == st.context.headers.get("Host"):
        return True
    st.error("Another page of this machine asks; open the address that `adrs dashboard` printed.")
    return False


def _is_same(brought: object, token: str) -> bool:
    """Compares in a time that does not tell how much of it is right."""
    return isinstance(brought, str) and hmac.compare_digest(brought.encode(errors="replace"), token.encode())


main()
