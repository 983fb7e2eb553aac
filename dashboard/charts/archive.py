"""Charts of an archive: cells of behaviour, and what none beats in two figures. No streamlit here."""

from typing import Final

import altair as alt
import pandas as pd

from dashboard.charts.style import COLOURS, HEIGHT, SCALE, Layers, choice
from dashboard.reading.cells import Cells, words
from dashboard.reading.fronts import Measure
from problems.base import Axis

MOST_POINTS: Final = 600
"""Of candidates that are beaten: more are one cloud."""
_MOST_FIGURES: Final = 12
"""Cells across, at most, if scores shall fit into them."""
_MARK: Final = COLOURS[1]
_FAINT: Final = "#888888"
_GAP: Final = 0.03
_HELD: Final = "isValid(datum.score)"


def heat_map(found: Cells) -> Layers:
    """Draws cells in the colour of their best score, the champion's in a frame; a click chooses one."""
    across, up = found.axes[0], found.axes[1] if len(found.axes) > 1 else None
    frame = _squares(found.frame)
    squares = alt.Chart(frame).encode(
        x=alt.X("left:Q", axis=_borders(across), scale=_whole(across)),
        x2="right",
        y=alt.Y("low:Q", axis=None if up is None else _borders(up), scale=_whole(up)),
        y2="top",
        tooltip=_told(found),
    )
    empty = squares.transform_filter("!isValid(datum.score)").mark_rect(color=_FAINT, opacity=0.12)
    held = squares.transform_filter(_HELD).mark_rect(cursor="pointer").encode(color=_colour(frame["score"]))
    home = squares.transform_filter("datum.champion").mark_rect(
        filled=False, stroke=_MARK, strokeWidth=3, cursor="pointer"
    )
    layers = [empty, held.add_params(choice()), home]
    if len(across.edges) < _MOST_FIGURES:
        layers.append(_figures(frame).encode(tooltip=_told(found)))
    return alt.layer(*layers).properties(height=150 if up is None else HEIGHT + 100)


def front_chart(frame: pd.DataFrame, best: pd.DataFrame, across: Measure, up: Measure) -> Layers:
    """Draws candidates by two figures, and joins those that none beats; a click chooses one.

    Args:
        frame: All candidates.
        best: Those of them on the front.
    """
    columns = list(dict.fromkeys(["step", "operator", across.column, up.column]))
    beaten = frame.drop(index=best.index)[columns].dropna()
    stride = max(1, -(-len(beaten) // MOST_POINTS))
    points = pd.concat([beaten.iloc[::stride].assign(on_front=False), best[columns].assign(on_front=True)])
    named = points.rename(columns={across.column: "across"}).assign(up=points[up.column])
    base = alt.Chart(named).encode(
        x=alt.X("across:Q", axis=_figure_axis(across), scale=alt.Scale(zero=False, padding=12)),
        y=alt.Y("up:Q", axis=_figure_axis(up), scale=alt.Scale(zero=False, padding=12)),
    )
    line = base.transform_filter("datum.on_front").mark_line(color=_MARK, strokeWidth=2)
    dots = base.mark_circle(cursor="pointer", opacity=1.0).encode(
        color=alt.condition("datum.on_front", alt.value(_MARK), alt.value(_FAINT)),
        size=alt.condition("datum.on_front", alt.value(70), alt.value(22)),
        opacity=alt.condition("datum.on_front", alt.value(1.0), alt.value(0.45)),
        tooltip=[
            alt.Tooltip("step:Q"),
            alt.Tooltip("operator:N"),
            alt.Tooltip("across:Q", title=across.label, format=".4~g"),
            alt.Tooltip("up:Q", title=up.label, format=".4~g"),
        ],
    )
    return alt.layer(line, dots.add_params(choice(nearest=True))).properties(height=HEIGHT)


def _figure_axis(measure: Measure) -> alt.Axis:
    return alt.Axis(title=measure.title, tickCount=6, format="~g")


def _squares(frame: pd.DataFrame) -> pd.DataFrame:
    """Gives cells their corners, and a place for their figures."""
    x, y = frame["x"], frame["y"]
    return frame.assign(
        left=x + _GAP, right=x + 1 - _GAP, low=y + _GAP, top=y + 1 - _GAP, middle=x + 0.5, centre=y + 0.5
    )


def _colour(scores: pd.Series) -> alt.Color:
    low = float(scores.min())
    domain = [low, max(float(scores.max()), low + 0.001)]
    return alt.Color(
        "score:Q",
        title="best score on search",
        scale=alt.Scale(scheme=SCALE, domain=domain),
        legend=alt.Legend(format=".3f", orient="top", gradientLength=220, tickCount=3),
    )


def _figures(frame: pd.DataFrame) -> alt.Chart:
    """Writes scores into cells, light on dark and dark on light."""
    middle = (float(frame["score"].min()) + float(frame["score"].max())) / 2
    ink = alt.condition(f"datum.score > {middle}", alt.value("black"), alt.value("white"))
    held = alt.Chart(frame.dropna(subset="score")).mark_text(fontSize=10, cursor="pointer")
    figures: alt.Chart = held.encode(
        x="middle:Q", y="centre:Q", text=alt.Text("score:Q", format=".3f"), color=ink
    )
    return figures


def _whole(axis: Axis | None) -> alt.Scale:
    """All cells of an axis, or the one row of a picture that has no other axis."""
    return alt.Scale(domain=[0, 1 if axis is None else len(axis.edges) + 1], nice=False)


def _borders(axis: Axis) -> alt.Axis:
    """Writes each edge where two cells meet."""
    edges = ", ".join(f"'{edge:g}'" for edge in axis.edges)
    return alt.Axis(
        title=f"{words(axis.metric)}, mean over search",
        values=list(range(1, len(axis.edges) + 1)),
        labelExpr=f"[{edges}][datum.value - 1]",
        labelAngle=0,
        grid=False,
    )


def _told(found: Cells) -> list[alt.Tooltip]:
    where = [
        alt.Tooltip(f"{name}:N", title=words(axis.metric))
        for name, axis in zip(("across", "up"), found.axes, strict=False)
    ]
    return [
        alt.Tooltip("score:Q", title="best on search", format=".4f"),
        alt.Tooltip("step:Q", title="by step"),
        alt.Tooltip("candidates:Q", title="candidates"),
        *where,
    ]
