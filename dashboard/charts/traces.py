"""Charts of what two policies did on an instance: panels over one clock. No streamlit here."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from dashboard.charts.style import palette, thinned

Layers = alt.LayerChart | alt.FacetChart
"""What altair says that layers come to."""

_POINTS: Final = 1_500
"""Of a line: no screen has more."""
_LABEL: Final = 110
"""Pixels left of a panel, the same for all, so that one time stands above itself."""
_LANE: Final = 28
_FIGURE: Final = 100
_FRAME: Final = 104
"""Pixels of a panel's title and axis, which its height includes."""
_LEGEND: Final = 30
_FAINT: Final = "#888888"
_DASHES: Final = ([1, 0], [5, 3])


def figure_panel(
    frame: pd.DataFrame, title: str, clock: str, parting: float | None, *, has_legend: bool
) -> Layers:
    """Draws a column of figures, a line a policy.

    Args:
        frame: As `dashboard.reading.traces.timeline` gives it.
        title: Of the column.
        clock: Of the axis.
        parting: Where on it they first decide differently; None if they do not.
        has_legend: Whether it says which line is whose; the panels below it need not.
    """
    names = list(dict.fromkeys(frame["policy"]))
    legend = (
        alt.Legend(orient="top", title=None, symbolType="stroke", symbolStrokeWidth=3, offset=4)
        if has_legend
        else None
    )
    lines = (
        alt.Chart(thinned(frame, _POINTS, by="policy"))
        .mark_line(interpolate="step-after", strokeWidth=1.5, clip=True)
        .encode(
            x=_across(clock, _ends(frame["at"])),
            y=alt.Y("value:Q", title=None, axis=_left(ticks=4), scale=alt.Scale(zero=False)),
            color=alt.Color("policy:N", scale=palette(names), legend=legend),
            strokeDash=alt.StrokeDash(
                "policy:N", scale=alt.Scale(domain=names, range=list(_DASHES)), legend=legend
            ),
            tooltip=["policy:N", alt.Tooltip("at:Q", title=clock), alt.Tooltip("value:Q", title=title)],
        )
    )
    return _panel([lines], title, parting, height=_FIGURE + _FRAME + (_LEGEND if has_legend else 0))


def lane_panel(frame: pd.DataFrame, title: str, clock: str, parting: float | None) -> Layers:
    """Draws a column of words, a lane a policy and a colour a word, as `reading.traces.lanes` gives it."""
    names, words = list(dict.fromkeys(frame["policy"])), sorted(set(frame["word"]))
    legend = alt.Legend(orient="top", title=None, symbolType="square", offset=4)
    bars = (
        alt.Chart(frame)
        .mark_bar(height={"band": 0.8}, clip=True)
        .encode(
            x=_across(clock, (float(frame["start"].min()), float(frame["end"].max())), field="start"),
            x2="end",
            y=alt.Y("policy:N", sort=names, title=None, axis=_left()),
            color=alt.Color("word:N", scale=palette(words), legend=legend),
            tooltip=[
                "policy:N",
                alt.Tooltip("word:N", title=title),
                alt.Tooltip("start:Q", title=f"{clock}, from"),
                alt.Tooltip("end:Q", title="to"),
            ],
        )
    )
    return _panel([bars], title, parting, height=_LANE * len(names) + _FRAME + _LEGEND)


def _panel(layers: Sequence[alt.Chart], title: str, parting: float | None, *, height: int) -> Layers:
    rule = [] if parting is None else [_rule(parting)]
    text = alt.Title(title, anchor="start", fontSize=13, offset=2)
    return alt.layer(*layers, *rule).properties(height=height, title=text)


def _rule(at: float) -> alt.Chart:
    frame = pd.DataFrame({"at": [at], "told": ["first difference"]})
    tooltip = alt.Tooltip("told:N", title="here")
    rule: alt.Chart = alt.Chart(frame).mark_rule(strokeDash=[4, 2], color=_FAINT, strokeWidth=1.5)
    return rule.encode(alt.X("at:Q"), tooltip=tooltip)


def _across(clock: str, ends: tuple[float, float], *, field: str = "at") -> alt.X:
    scale = alt.Scale(domain=list(ends), nice=False)
    return alt.X(f"{field}:Q", title=clock, scale=scale, axis=alt.Axis(grid=False, tickCount=8))


def _left(*, ticks: int | None = None) -> alt.Axis:
    found = alt.Axis(minExtent=_LABEL, maxExtent=_LABEL, labelLimit=_LABEL - 10)
    if ticks is not None:
        found.tickCount = ticks
    return found


def _ends(values: pd.Series) -> tuple[float, float]:
    return float(values.min()), float(values.max())
