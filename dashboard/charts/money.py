"""Charts of what was spent: who took it and who brought the gain, and who was asked when."""

from typing import Final

import altair as alt
import pandas as pd

from dashboard.charts.style import COLOURS, HEIGHT, palette

_ROW_PX: Final = 22
_AROUND_PX: Final = 110
_LABEL_PX: Final = 150
_COLUMNS: Final = 2
"""Of a legend: as many as a phone has room for."""


def balance_chart(frame: pd.DataFrame) -> alt.Chart:
    """Draws each one's part of the cost beside its part of the gain; `frame` as `balance` gives it."""
    parts, who = list(dict.fromkeys(frame["part"])), list(dict.fromkeys(frame["who"]))
    chart: alt.Chart = alt.Chart(frame).mark_bar()
    return chart.encode(
        y=alt.Y("who:N", title=None, sort=who, axis=alt.Axis(labelLimit=_LABEL_PX)),
        yOffset=alt.YOffset("part:N", sort=parts),
        x=alt.X("share:Q", title="share of the whole run", axis=alt.Axis(format="%")),
        color=alt.Color(
            "part:N",
            scale=alt.Scale(domain=parts, range=list(COLOURS[: len(parts)])),
            legend=alt.Legend(orient="bottom", title=None),
        ),
        tooltip=[
            alt.Tooltip("who:N", title="operator"),
            alt.Tooltip("part:N", title="part"),
            alt.Tooltip("share:Q", format=".1%"),
            alt.Tooltip("amount:Q", format=".4~g"),
        ],
    ).properties(height=_AROUND_PX + 2 * _ROW_PX * len(who))


def shares_chart(frame: pd.DataFrame) -> alt.Chart:
    """Draws who was asked, window by window, as shares of a whole; `frame` as `shares` gives it."""
    kinds = list(dict.fromkeys(frame["kind"]))
    chart: alt.Chart = alt.Chart(frame).mark_rect(stroke=None)
    return chart.encode(
        x=alt.X("first:Q", title="candidates evaluated", scale=alt.Scale(nice=False)),
        x2="last:Q",
        y=alt.Y("low:Q", title="share of the steps asked", axis=alt.Axis(format="%")),
        y2="high:Q",
        color=alt.Color(
            "kind:N", scale=palette(kinds), legend=alt.Legend(orient="bottom", title=None, columns=_COLUMNS)
        ),
        tooltip=[
            alt.Tooltip("kind:N", title="asked"),
            alt.Tooltip("share:Q", format=".0%"),
            alt.Tooltip("steps:Q"),
            alt.Tooltip("first:Q", title="evaluations from"),
            alt.Tooltip("last:Q", title="to"),
        ],
    ).properties(height=HEIGHT + _AROUND_PX)
