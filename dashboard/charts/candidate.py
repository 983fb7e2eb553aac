"""Charts of one candidate. No streamlit here."""

import altair as alt
import pandas as pd

from dashboard.charts.style import COLOURS, palette
from problems.base import Split

_HEIGHT = 240
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
_LEGEND = alt.Legend(orient="bottom", title=None, symbolType="stroke", symbolStrokeWidth=3)


def gap(frame: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Draws scores by split, a line a policy: how much of a lead is left where nothing was chosen by."""
    names = list(dict.fromkeys(frame["policy"]))
    splits = [str(split) for split in Split if str(split) in set(frame["split"])]
    base = alt.Chart(frame).encode(
        x=alt.X(
            "split:N", sort=splits, title=None, axis=alt.Axis(labelAngle=0), scale=alt.Scale(padding=0.4)
        ),
        y=alt.Y("score:Q", title="score, 1 is the bound", scale=alt.Scale(zero=False, padding=16)),
        color=alt.Color("policy:N", scale=palette(names), legend=_LEGEND),
        tooltip=["policy:N", "split:N", alt.Tooltip("score:Q", format=".4f")],
    )
    dashes = alt.Scale(domain=names, range=list(_DASHES[: len(names)]))
    lines = base.mark_line().encode(strokeDash=alt.StrokeDash("policy:N", scale=dashes, legend=_LEGEND))
    points = base.mark_point(filled=True, size=80, opacity=1)
    own = alt.datum.policy == names[0]
    labels = base.transform_filter(own).mark_text(dy=-12, color=COLOURS[0], fontWeight="bold")
    return alt.layer(lines, points, labels.encode(text=alt.Text("score:Q", format=".4f"))).properties(
        height=_HEIGHT
    )
