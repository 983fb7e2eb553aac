"""The tree of a candidate's ancestors. No streamlit here."""

from typing import Final

import altair as alt
import pandas as pd

from dashboard.charts.style import COLOURS, HEIGHT, Layers, choice
from dashboard.reading.lineage import FIRST, LINE, NONE, OTHER, SEED, SURE, UNSCORED, UNSURE

_MOST_LABELS: Final = 40
_GREY: Final = COLOURS[-1]
_COLOUR: Final = {SEED: _GREY, SURE: COLOURS[0], UNSURE: COLOURS[5], NONE: COLOURS[1], UNSCORED: COLOURS[3]}


def tree(nodes: pd.DataFrame, ties: pd.DataFrame, *, looked_at: int) -> Layers:
    """Draws ancestors from left to right, by edits since a seed, and up by score; a click chooses one.

    Args:
        nodes: As those of a `Lineage`.
        ties: Likewise.
        looked_at: Step of the candidate whose ancestors they are; it is framed.
    """
    layers = [_lines(ties, kind) for kind in (OTHER, FIRST, LINE)] if len(ties) else []
    base = alt.Chart(nodes).encode(x=_across(nodes), y=_up())
    here = base.transform_filter(f"datum.step === {looked_at}")
    layers.append(here.mark_point(size=340, color=COLOURS[4], strokeWidth=2.5, filled=False))
    layers.append(_dots(base, nodes))
    if len(nodes) <= _MOST_LABELS:
        numbers = base.mark_text(dy=-15, fontSize=11, color="#888888", cursor="pointer")
        layers.append(numbers.encode(text="step:Q"))
    return alt.layer(*layers).properties(height=HEIGHT)


def _across(nodes: pd.DataFrame) -> alt.X:
    most = max(1, int(nodes["edits"].max()))
    return alt.X(
        "edits:Q",
        title="edits since a seed",
        axis=alt.Axis(tickMinStep=1, format="d", grid=False),
        scale=alt.Scale(domain=[0, most], nice=False, padding=24),
    )


def _up() -> alt.Y:
    return alt.Y(
        "score:Q",
        title="score on search, higher is better",
        axis=alt.Axis(tickCount=6, format="~g"),
        scale=alt.Scale(zero=False, padding=28),
    )


def _lines(ties: pd.DataFrame, kind: str) -> alt.Chart:
    """Draws what first parents gave firmly, and what others gave in dashes."""
    base = alt.Chart(ties).transform_filter(f"datum.kind === '{kind}'")
    dash = [3, 3] if kind == OTHER else [1, 0]
    mark = base.mark_rule(color=_GREY, strokeDash=dash, strokeWidth=4 if kind == LINE else 1.5)
    lines: alt.Chart = mark.encode(x="edits:Q", y="score:Q", x2="to_edits", y2="to_score")
    return lines


def _dots(base: alt.Chart, nodes: pd.DataFrame) -> alt.Chart:
    there = [verdict for verdict in _COLOUR if verdict in set(nodes["verdict"])]
    colour = alt.Color(
        "verdict:N",
        scale=alt.Scale(domain=there, range=[_COLOUR[verdict] for verdict in there]),
        legend=alt.Legend(orient="bottom", title=None, columns=2),
    )
    dots: alt.Chart = base.mark_circle(size=130, opacity=1.0, cursor="pointer").add_params(choice())
    drawn: alt.Chart = dots.encode(
        color=colour,
        tooltip=[
            alt.Tooltip("step:Q"),
            alt.Tooltip("operator:N"),
            alt.Tooltip("score:Q", title="score on search", format=".4f"),
            alt.Tooltip("told:N", title="over its first parent"),
        ],
    )
    return drawn
