"""Small things that several pages draw: facts by label, and text of strangers, which is never markdown."""

from collections.abc import Mapping
from typing import Final, Literal

import streamlit as st

from dashboard.reading.detail import shortened

_TALL: Final = 420
"""Pixels of a text's frame; a longer one scrolls in it."""
_LINES: Final = 18
_WIDE: Final = 90
_COLOURED: Final = 60_000
"""Characters of a source; none that people read has as many."""


def facts(rows: Mapping[str, str]) -> None:
    """Draws labels of ours with texts of anybody beneath, as many beside each other as there is room for."""
    with st.container(horizontal=True, gap="medium"):
        for label, text in rows.items():
            with st.container(width="content", gap=None):
                st.caption(label)
                st.text(shortened(text))


def program(text: str) -> None:
    """Draws a source; a very long one without colours and numbers of lines, which take a browser seconds."""
    is_short = len(text) <= _COLOURED
    st.code(shortened(text), language="python" if is_short else None, line_numbers=is_short)


def prose(text: str) -> None:
    """Draws a text that anybody may have written, its lines wrapped."""
    lines = sum(1 + len(line) // _WIDE for line in text[: _LINES * _WIDE].splitlines())
    height: int | Literal["content"] = "content" if lines < _LINES and len(text) < _LINES * _WIDE else _TALL
    st.code(shortened(text), language=None, wrap_lines=True, height=height)
