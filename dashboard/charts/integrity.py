"""Charts of what can be doubted: faults over time, scores beside the bound, the simulator beside a device."""

from typing import Final

import altair as alt
import pandas as pd

from dashboard.charts.style import COLOURS, HEIGHT, Layers, palette
from dashboard.reading.integrity import FAULTS

_BELOW_PX: Final = 110
"""For what stands below a plot."""
_GREY: Final = "#8a8a8a"


def faults_chart(frame: pd.DataFrame) -> alt.Chart:
    """Draws the share of candidates with a fault by window; `frame` as `faults_over_time` gives it."""
    kinds = [kind for kind in FAULTS if kind in set(frame["kind"])]
    colours = [COLOURS[FAULTS.index(kind)] for kind in kinds]
    chart: alt.Chart = alt.Chart(frame).mark_rect()
    return chart.encode(
        x=alt.X("first:Q", title="candidates evaluated", scale=alt.Scale(nice=False)),
        x2="last:Q",
        y=alt.Y(
            "low:Q",
            title="candidates with a fault",
            axis=alt.Axis(format="%"),
            scale=alt.Scale(domain=[0, 1]),
        ),
        y2="high:Q",
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=kinds, range=colours),
            legend=alt.Legend(orient="bottom", title=None, columns=3),
        ),
        tooltip=[
            alt.Tooltip("kind:N", title="first fault"),
            alt.Tooltip("candidates:Q"),
            alt.Tooltip("share:Q", format=".0%"),
            alt.Tooltip("first:Q", title="evaluations from"),
            alt.Tooltip("last:Q", title="to"),
        ],
    ).properties(height=HEIGHT + _BELOW_PX)


def bound_chart(frame: pd.DataFrame) -> Layers:
    """Draws SEARCH scores as a histogram beside the bound; `frame` as `scores_near_bound` gives it."""
    told = frame.assign(
        kind=frame["beyond"].map({True: "beyond the bound", False: "possible"}), floor=0, bound=1.0
    )
    kinds = [kind for kind in ("possible", "beyond the bound") if kind in set(told["kind"])]
    x_title = "score on search (dashed: proven bound)"
    bars = (
        alt.Chart(told)
        .mark_rect(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("low:Q", title=x_title, scale=alt.Scale(zero=False, nice=False, padding=4)),
            x2="high:Q",
            y=alt.Y("candidates:Q", title="candidates", axis=alt.Axis(tickMinStep=1)),
            y2="floor:Q",
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[COLOURS[0], COLOURS[1]][: len(kinds)]),
                legend=alt.Legend(orient="bottom", title=None) if len(kinds) > 1 else None,
            ),
            tooltip=[
                alt.Tooltip("low:Q", title="above", format=".3f"),
                alt.Tooltip("high:Q", title="up to", format=".3f"),
                alt.Tooltip("candidates:Q"),
            ],
        )
    )
    rule = alt.Chart(told.head(1)).mark_rule(strokeDash=[4, 3], strokeWidth=1.5, color=_GREY)
    return alt.layer(bars, rule.encode(x="bound:Q")).properties(height=HEIGHT)


def device_chart(frame: pd.DataFrame) -> alt.Chart:
    """Draws what a device measured over what the simulator said; `frame` as `device_cases` gives it."""
    names = list(dict.fromkeys(frame["policy"]))
    chart: alt.Chart = alt.Chart(frame).mark_point(filled=True, size=60, opacity=0.9)
    return chart.encode(
        x=alt.X("simulated:Q", title="simulated", scale=alt.Scale(zero=False)),
        y=alt.Y("measured:Q", title="measured on the device", scale=alt.Scale(zero=False)),
        color=alt.Color(
            "policy:N", scale=palette(names), legend=alt.Legend(orient="bottom", title=None, columns=2)
        ),
        tooltip=["policy:N", "place:N", "simulated:Q", "measured:Q"],
    ).properties(height=HEIGHT + _BELOW_PX)
