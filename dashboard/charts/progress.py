"""The chart of runs beside each other: a line an arm, bands of seeds, and what they are held against."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from dashboard.charts.style import COLOURS, HEIGHT, Layers, thinned
from dashboard.reading.arms import DOLLARS, EVALUATIONS, TIME, Arm, Reference
from problems.base import Split

MOST: Final = len(COLOURS) - 1
"""Lines that can be told apart; grey is for what they are held against."""
_POINTS: Final = 400
_GREY: Final = "#8a8a8a"
_BOUND: Final = "proven bound: 1"
_DASHES: Final = ((4, 3), (1, 3), (8, 3, 1, 3))
"""Of best baselines, each problem its own."""
_HOUR_S: Final = 3600.0
_TITLES: Final = {EVALUATIONS: "candidates evaluated", DOLLARS: "dollars spent on models"}
_LEGEND_PX: Final = 320
"""What a phone has room for."""
_LETTER_PX: Final = 6
_ROW_PX: Final = 20


def progress_chart(arms: Sequence[Arm], references: Sequence[Reference], split: Split, over: str) -> Layers:
    """Draws arms, at most `MOST` of them; what they are told apart by stands below, not on the lines."""
    frame, title = _frame(arms, over)
    labels = [*(arm.label for arm in arms), *(reference.label for reference in references), _BOUND]
    legend = _legend(labels)
    colour, dash = _colour(labels, len(arms), legend), _dash(labels, len(arms), legend)
    x = alt.X("x:Q", title=title, scale=alt.Scale(domainMin=0, nice=False))
    scale, what = _domain(frame, references), f"{_WHAT[split]} (higher is better)"
    y = alt.Y("score:Q", title=what, scale=scale)
    held = pd.DataFrame({"line": labels[len(arms) :], "score": [*(r.score for r in references), 1.0]})
    rules = alt.Chart(held).mark_rule(strokeWidth=1.5).encode(y=y, color=colour, strokeDash=dash)
    base = alt.Chart(frame).encode(x=x, color=colour)
    lines = base.mark_line(interpolate="step-after", strokeWidth=2).encode(y=y, strokeDash=dash)
    points = base.mark_point(filled=True, size=40, opacity=1).transform_filter("datum.rises")
    layers: list[alt.Chart | alt.LayerChart | alt.FacetChart] = [rules, lines]
    layers.append(points.encode(y=y, tooltip=_tooltip(title)))
    if (frame["runs"] > 1).any():
        area = base.mark_area(interpolate="step-after", opacity=0.2).transform_filter("datum.runs > 1")
        layers.insert(0, area.encode(y=alt.Y("low:Q", title=what, scale=scale), y2="high:Q"))
    floors = [reference for reference in references if reference.noise_floor]
    layers = [*(_noise(floor, what, scale) for floor in floors), *layers]
    return alt.layer(*layers).properties(height=HEIGHT + 60 + _ROW_PX * len(labels) // _columns(labels))


_WHAT: Final = {Split.VALIDATION: "validation score", Split.SEARCH: "best search score"}


def _frame(arms: Sequence[Arm], over: str) -> tuple[pd.DataFrame, str]:
    """A row a corner of a line, thinned, and what its x is."""
    end = max((arm.band.xs[-1] for arm in arms if not arm.is_flat), default=1.0)
    unit, title = 1.0, _TITLES.get(over, "")
    if over == TIME:
        unit = _HOUR_S if end > 2 * _HOUR_S else 60.0
        title = f"{'hours' if unit == _HOUR_S else 'minutes'} since the first candidate"
    frame = pd.concat([_corners(arm, end) for arm in arms], ignore_index=True)
    return thinned(frame.assign(x=frame["x"] / unit), _POINTS, by="line"), title


def _corners(arm: Arm, end: float) -> pd.DataFrame:
    found = arm.band
    frame = pd.DataFrame({"x": found.xs, "score": found.median, "low": found.low, "high": found.high})
    frame["rises"] = frame["score"].diff().fillna(1.0) > 0.0
    if arm.is_flat:
        frame = frame.iloc[[-1, -1]].assign(x=[0.0, end], rises=[True, False])
    return frame.assign(line=arm.label, runs=len(arm.runs))


def _domain(frame: pd.DataFrame, references: Sequence[Reference]) -> alt.Scale:
    low = min([float(frame["low"].min()), *(reference.score for reference in references)])
    high = max([1.0, float(frame["high"].max())])
    return alt.Scale(domain=[max(0.0, low - 0.05 * (high - low)), high + 0.03 * (high - low)], nice=False)


def _legend(labels: Sequence[str]) -> alt.Legend:
    return alt.Legend(
        orient="bottom", title=None, columns=_columns(labels), labelLimit=_LEGEND_PX, symbolType="stroke",
        symbolStrokeWidth=2.5, symbolSize=300, symbolOpacity=1,
    )  # fmt: skip


def _colour(labels: Sequence[str], arms: int, legend: alt.Legend) -> alt.Color:
    colours = [*COLOURS[:arms], *[_GREY] * (len(labels) - arms)]
    return alt.Color("line:N", scale=alt.Scale(domain=list(labels), range=colours), legend=legend)


def _dash(labels: Sequence[str], arms: int, legend: alt.Legend) -> alt.StrokeDash:
    held = len(labels) - arms - 1
    dashes = [*[(1, 0)] * arms, *(_DASHES[i % len(_DASHES)] for i in range(held)), (10, 4)]
    scale = alt.Scale(domain=list(labels), range=[list(dash) for dash in dashes])
    return alt.StrokeDash("line:N", scale=scale, legend=legend)


def _columns(labels: Sequence[str]) -> int:
    longest = max(len(label) for label in labels)
    return max(1, min(3, _LEGEND_PX // (_LETTER_PX * longest + 2 * _ROW_PX)))


def _tooltip(title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("line:N", title="line"),
        alt.Tooltip("x:Q", title=title, format=".4~g"),
        alt.Tooltip("score:Q", title="score", format=".4f"),
        alt.Tooltip("low:Q", title="band from", format=".4f"),
        alt.Tooltip("high:Q", title="band to", format=".4f"),
    ]


def _noise(reference: Reference, what: str, scale: alt.Scale) -> alt.Chart:
    floor = reference.noise_floor
    frame = pd.DataFrame({"score": [reference.score - floor], "to": [reference.score + floor]})
    chart: alt.Chart = alt.Chart(frame).mark_rect(color=_GREY, opacity=0.3)
    return chart.encode(y=alt.Y("score:Q", title=what, scale=scale), y2="to:Q")
